import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { isLockTimeout } from "@app/platform/outage.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { sinkConsumer, sinkWorld } from "@app/platform/testing/sink.ts";
import { sql } from "drizzle-orm";
import { consuming, manyRoundTrips, patient } from "./consuming.ts";

setDefaultTimeout(120_000);

describe("a second batch that did not get its locks in time", () => {
  test("is repeated as it is once the first has ended", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, { before, lockTimeoutMs: 200 });
    const { durable, undone } = consumer;
    durable.publish("1 v1", "2 v1", "1 v2", "3 v1");

    consumer.start();
    await eventually(() => expect(undone.map(isLockTimeout)).toEqual([true]), patient);
    await manyRoundTrips(world);
    expect(undone).toHaveLength(1);
    gate.resolve();

    const inOrder = ["1 v1", "2 v1", "1 v2", "3 v1"];
    await eventually(() => expect(durable.acked).toEqual(inOrder), patient);
    expect(durable.givenBack).toEqual([]);
    expect(undone).toHaveLength(1);
    expect(await world.handled()).toHaveLength(4);
    expect(await world.disorder()).toBe(0);
  });

  test("is put off when somebody else has what it needs, too", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, { before, lockTimeoutMs: 200 });
    const { durable, undone } = consumer;
    durable.publish("1 v1", "2 v1", "1 v2", "3 v1");

    await world.pool.transaction(async (tx) => {
      await tx.q.execute(
        sql`insert into lanes (consumer, key) values (${sinkConsumer.durable}, 'order/3')`,
      );
      // It says something again and again, or the server would end it for being idle.
      const meanwhile = (holds: () => void) =>
        eventually(async () => {
          await tx.q.execute(sql`select 1`);
          holds();
        }, patient);
      consumer.start();
      await meanwhile(() => expect(undone).toHaveLength(1));
      gate.resolve();
      await meanwhile(() => expect(durable.givenBack).toEqual(["1 v2", "3 v1"]));
    });

    expect(undone.map(isLockTimeout)).toEqual([true, true]);
    expect(durable.acked).toEqual(["1 v1", "2 v1"]);
    expect(await world.handled()).toHaveLength(2);
    await eventually(async () => {
      durable.pass(1_000);
      expect(await world.handled()).toHaveLength(4);
    }, patient);
    expect(await world.disorder()).toBe(0);
  });
});
