import { expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import type { Broker } from "./broker.ts";
import { relayQueue } from "./relay-queue.ts";
import { relayWindow } from "./relay-window.ts";
import type { StreamMemory } from "./stream-memory.ts";

test("it is known since when a stream takes nothing, until it takes a message again", async () => {
  let nowMs = 1_000;
  let takes = false;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const publish: Broker["publish"] = async ({ subject }) => {
    if (!takes && subject.startsWith("full.")) throw new Error("no answer");
    return { stream: "x", sequence: 1, duplicate: false };
  };
  const streamOf = (subject: string) => subject.slice(0, subject.indexOf("."));
  const queue = relayQueue({ streamOf, readable: () => undefined });
  const stalledSinceMs = new Map<string, number>();
  const window = relayWindow({
    broker: { publish } as Broker,
    clock,
    random: systemRandom,
    log: silentLog,
    memory: {
      highest: () => 0,
      acknowledged: () => undefined,
      doubt: () => undefined,
    } as unknown as StreamMemory,
    queue,
    streamOf,
    acknowledged: () => undefined,
    answered: () => undefined,
    stalledSinceMs,
  });
  const message = (id: number, subject: string) => ({
    ...{ id, key: subject, version: 1, eventId: String(id), subject, headers: "" },
    ...{ payload: new Uint8Array(), resent: false },
  });
  queue.add([message(1, "full.a"), message(2, "well.b")]);

  window.fill(nowMs);
  await eventually(() => window.inFlight === 0);
  expect([...stalledSinceMs]).toEqual([["full", 1_000]]);

  nowMs = 60_000;
  window.fill(nowMs);
  await eventually(() => window.inFlight === 0);
  expect([...stalledSinceMs]).toEqual([["full", 1_000]]);

  takes = true;
  nowMs = 120_000;
  window.fill(nowMs);
  await eventually(() => window.inFlight === 0);
  expect([...stalledSinceMs]).toEqual([]);
});
