import { expect, test } from "bun:test";
import type { Clock } from "../clock.ts";
import type { Acknowledged } from "./outbox-store.ts";
import { relayFinisher } from "./relay-finisher.ts";

/** A finisher, by a clock that is moved by hand, and what it finished. */
function finisherUnderTest() {
  let nowMs = 1_000;
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: async () => undefined,
  };
  const batches: number[] = [];
  const finisher = relayFinisher({
    outbox: { finish: async (batch) => void batches.push(batch.length) },
    queue: { forget: () => undefined },
    memory: { storeNotes: async () => undefined, finished: () => undefined },
    clock,
  });
  const ack = (id: number): Acknowledged => ({ id, stream: "ORDERS", sequence: id });
  return {
    finisher,
    batches,
    acknowledge: (count: number) => {
      for (let id = 1; id <= count; id += 1) finisher.add(ack(id));
    },
    wait: (ms: number) => {
      nowMs += ms;
    },
    isDue: () => finisher.isDue(nowMs),
    dueInMs: () => finisher.dueInMs(nowMs),
  };
}

test("gathers for a moment, so that one statement finishes what was acknowledged meanwhile", async () => {
  const it = finisherUnderTest();
  expect(it.dueInMs()).toBe(Number.POSITIVE_INFINITY);

  it.acknowledge(1);
  it.wait(9);
  it.acknowledge(1);
  expect([it.isDue(), it.dueInMs()]).toEqual([false, 1]);
  it.wait(1);

  expect(it.isDue()).toBe(true);
  await it.finisher.finish();
  expect([it.batches, it.isDue()]).toEqual([[2], false]);
});

test("does not gather once there is enough for a statement, and finishes no more than a batch at once", async () => {
  const it = finisherUnderTest();
  it.acknowledge(600);

  expect(it.isDue()).toBe(true);
  await it.finisher.finish();

  expect(it.batches).toEqual([512]);
  expect([it.finisher.waiting, it.isDue()]).toEqual([true, false]);
  it.wait(10);
  expect(it.isDue()).toBe(true);
});
