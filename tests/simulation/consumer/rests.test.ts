import { expect, test } from "bun:test";
import { type Clock, systemClock } from "@app/platform/clock.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { sinkWorld } from "@app/platform/testing/sink.ts";
import { consuming, patient } from "./consuming.ts";
import type { MessageName } from "./scripted-durable.ts";

interface Batch {
  readonly tookMs: number;
  /** What is published meanwhile. */
  readonly comes: readonly MessageName[];
}

test("a consumer to which messages come one after another rests as long as its batch took, 5 ms at most", async () => {
  await using world = await sinkWorld();
  const batchesByFirst: ReadonlyMap<string, Batch> = new Map([
    ["1 v1", { tookMs: 3, comes: ["2 v1"] }],
    ["2 v1", { tookMs: 50, comes: ["3 v1"] }],
    // Neither when the next batch is full already, nor when nothing waits.
    ["3 v1", { tookMs: 4, comes: ["4 v1", "5 v1"] }],
    ["4 v1", { tookMs: 2, comes: [] }],
  ]);
  let nowMs = 0;
  const rests: number[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) => {
      if (ms > 1_000) return systemClock.sleep(ms, signal); // It only keeps hold of what is in hand.
      rests.push(ms);
      return Promise.resolve();
    },
  };
  const before = (name: string) => {
    const batch = batchesByFirst.get(name);
    nowMs += batch?.tookMs ?? 0;
    durable.publish(...(batch?.comes ?? []));
  };
  await using consumer = consuming(world, { before, clock });
  const { durable } = consumer;
  durable.publish("1 v1");

  consumer.start();
  await eventually(() => expect(durable.acked).toHaveLength(5), patient);
  await consumer.stop();

  expect(rests).toEqual([3, 5]);
}, 120_000);
