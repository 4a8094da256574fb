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
    // Half of what a request may take, and less than what a stop waits for last acknowledgements:
    // one that waits never stops so soon, and one that does not may be held up by a busy machine.
    const soonMs = 900;
    const triesMax = 5;

    let fastestMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < triesMax && fastestMs >= soonMs; tries += 1) {
      fastestMs = Math.min(fastestMs, await stopMs());
    }

    expect(fastestMs).toBeLessThan(soonMs);
  });

  test("stops without waiting for a broker that never came", async () => {
    await using world = await sinkWorld();
    await world.nats.server.kill();
    const replica = world.start();

    const startedMs = performance.now();
    await replica.messaging[Symbol.asyncDispose]();

    // Streams and durables are made once there is a connection, which is waited for five seconds.
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    await replica[Symbol.asyncDispose]();
  });

  /** How long it takes to stop while a publish waits for a broker that has died. */
  async function stopMs(): Promise<number> {
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
    return performance.now() - startedMs;
  }
});
