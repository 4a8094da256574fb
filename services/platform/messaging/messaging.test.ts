import { describe, expect, test } from "bun:test";
import { onCrashPoint } from "../crash-point.ts";
import { eventually } from "../testing/eventually.ts";
import { sinkWorld } from "../testing/sink.ts";

describe("startMessaging", () => {
  test("carries committed messages to the handler once each and in order", async () => {
    await using world = await sinkWorld();
    await using _replica = world.start();

    await Promise.all(["1", "2", "3"].map((key) => world.send(key, [1, 2, 3, 4, 5])));

    await eventually(async () => expect(await world.handled()).toHaveLength(15));
    expect(await world.disorder()).toBe(0);
  });

  test("stops without waiting for the answers of a broker that died", async () => {
    await using world = await sinkWorld();
    const replica = world.start();
    await world.send("1", [1]);
    await eventually(async () => expect(await world.handled()).toHaveLength(1));
    world.nats.server.pause();
    let reads = 0;
    using _ = onCrashPoint((name) => {
      if (name === "relay.after-read-before-publish") reads += 1;
    });
    await world.send("1", [2]);
    // Read, and so published a moment later, to a broker that does not answer.
    await eventually(() => expect(reads).toBeGreaterThan(0));
    await world.nats.server.kill();

    const startedMs = performance.now();
    await replica[Symbol.asyncDispose]();

    // Less than what a stop waits for last acknowledgements, and half of what a request may take.
    expect(performance.now() - startedMs).toBeLessThan(900);
  });
});
