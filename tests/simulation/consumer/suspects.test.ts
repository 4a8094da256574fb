import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { sinkWorld } from "@app/platform/testing/sink.ts";
import { consuming, manyRoundTrips, patient } from "./consuming.ts";
import type { MessageName, ScriptedDurable } from "./scripted-durable.ts";

setDefaultTimeout(120_000);

/** Two that nobody had, one that another consumer gave back, and more, before the first is taken. */
async function suspectIsThird(
  durable: ScriptedDurable,
  start: () => void,
  ...later: readonly MessageName[]
): Promise<void> {
  const giveBack = await durable.takenByAnother("3 v1");
  durable.publish("1 v1", "2 v1");
  const wire = durable.holdDeliveries();
  start();
  await eventually(() => expect(wire.count()).toBe(2), patient);
  giveBack();
  durable.publish("4 v1", ...later);
  expect(wire.count()).toBe(4);
  wire.arrive();
}

describe("a consumer that is given suspects beside a full batch", () => {
  test("lets them run when the batch has ended, and nobody beside them", async () => {
    await using world = await sinkWorld();
    const [first, suspect] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const gates = new Map([
      ["1 v1", first.promise],
      ["3 v1", suspect.promise],
    ]);
    await using consumer = consuming(world, { before: (name) => gates.get(name) });
    const { durable, happened, start } = consumer;

    await suspectIsThird(durable, start, "5 v1", "6 v1");
    await eventually(() => expect(happened).toEqual(["1 v1 begins"]), patient);
    await eventually(() => expect(durable.waiting()).toBe(2), patient);
    await manyRoundTrips(world);
    expect(happened).toEqual(["1 v1 begins"]);
    first.resolve();
    await eventually(() => expect(happened).toContain("3 v1 begins"), patient);
    await manyRoundTrips(world);
    expect(durable.waiting()).toBe(2);
    suspect.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(6), patient);
    expect(happened.indexOf("5 v1 begins")).toBeGreaterThan(happened.indexOf("3 v1 ends"));
  });

  test("gives back what waits for the batch when it is stopped", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, { before });
    const { durable } = consumer;

    await suspectIsThird(durable, consumer.start);
    await eventually(() => expect(durable.waiting()).toBe(0), patient);
    const stopped = consumer.stop();
    gate.resolve();
    await stopped;

    expect(durable.acked).toEqual(["1 v1", "2 v1"]);
    expect(durable.givenBack).toEqual(["3 v1", "4 v1"]);
    expect(durable.state()).toMatchObject({ unacknowledged: 2, pulls: 0 });
    expect(await world.handled()).toHaveLength(2);
  });
});
