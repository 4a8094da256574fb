import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { sinkWorld } from "@app/platform/testing/sink.ts";
import { sql } from "drizzle-orm";
import { consuming, handledOf, manyRoundTrips, patient, secondWaits } from "./consuming.ts";

setDefaultTimeout(120_000);

describe("a consumer with two full batches", () => {
  test("works on both at once, and keeps the order of a key that both have", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, { before });
    const { durable } = consumer;
    durable.publish("1 v1", "2 v1", "1 v2", "3 v1");

    consumer.start();
    consumer.startLanes();
    await secondWaits(world);
    expect(durable.acked).toEqual([]);
    gate.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(4), patient);
    await eventually(() => expect(durable.state().ackFloor).toBe(4), patient);
    expect(durable.acked.toSorted()).toEqual(["1 v1", "1 v2", "2 v1", "3 v1"]);
    expect(await handledOf(world, "1")).toEqual([1, 2]);
    expect(await world.disorder()).toBe(0);
  });

  test("commits the second while the first still runs", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, { before });
    const { durable } = consumer;
    durable.publish("1 v1", "2 v1", "3 v1", "4 v1");

    consumer.start();
    await eventually(() => expect(durable.acked).toEqual(["3 v1", "4 v1"]), patient);
    expect(durable.state().unacknowledged).toBe(2);
    gate.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(4), patient);
  });

  test("begins none beside one that is not full", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    let nowMs = 0;
    const slowly = async (name: string) => {
      if (name === "3 v1") await gate.promise;
      if (name !== "1 v1") return;
      // After a slow batch the next is half as large.
      nowMs += 1_001;
      durable.publish("3 v1", "4 v1", "5 v1");
    };
    const clock = { ...systemClock, monotonicMs: () => nowMs };
    await using consumer = consuming(world, { before: slowly, clock });
    const { durable, happened } = consumer;
    durable.publish("1 v1", "2 v1");

    consumer.start();
    await eventually(() => expect(happened.at(-1)).toBe("3 v1 begins"), patient);
    await manyRoundTrips(world);
    expect(durable.waiting()).toBe(2);
    expect(happened.at(-1)).toBe("3 v1 begins");
    gate.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(5), patient);
  });

  test.each(["throws", "loses its connection"])(
    "lets no later version run ahead when the first %s",
    async (how) => {
      await using world = await sinkWorld();
      const gate = Promise.withResolvers<void>();
      let tries = 0;
      const before = async (name: string) => {
        if (name !== "1 v1" || ++tries > 1) return;
        await gate.promise;
        if (how === "throws") throw new Error("the handler fails");
      };
      await using consumer = consuming(world, { before });
      const { durable, happened } = consumer;
      durable.publish("1 v1", "2 v1", "1 v2", "3 v1");

      consumer.start();
      await secondWaits(world);
      await eventually(() => expect(happened).toContain("1 v1 begins"), patient);
      if (how !== "throws")
        await world.pool.q.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and state = 'idle in transaction'`);
      gate.resolve();
      consumer.startLanes();

      await eventually(async () => {
        // What was given back comes again.
        durable.pass(1_000);
        expect(await world.handled()).toHaveLength(4);
      }, patient);
      await eventually(() => {
        durable.pass(1_000);
        expect(durable.state().ackFloor).toBe(4);
      }, patient);
      expect(await handledOf(world, "1")).toEqual([1, 2]);
      expect(await world.disorder()).toBe(0);
    },
  );
});
