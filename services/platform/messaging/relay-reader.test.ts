import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Clock } from "../clock.ts";
import type { OutboxStore, PendingMessage } from "./outbox-store.ts";
import { relayQueue } from "./relay-queue.ts";
import { relayReader } from "./relay-reader.ts";

const pending = (id: number, key: string): PendingMessage => ({
  id,
  key,
  version: id,
  eventId: `00000000-0000-7000-8000-${String(id).padStart(12, "0")}`,
  subject: `orders.v1.order_confirmed.${key}`,
  headers: "",
  payload: new Uint8Array(),
  resent: false,
});

/** Committed rows, a reader of them and its queue, by a clock that is moved by hand. */
function readerUnderTest(lookBackIds: number) {
  const rows = new Map<number, PendingMessage>();
  const froms: number[] = [];
  let nowMs = 1;
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: async () => undefined,
  };
  const outbox: Pick<OutboxStore, "pending"> = {
    async pending({ from, limit, heldIds, heldKeys }) {
      froms.push(from);
      return [...rows.values()]
        .filter(({ id, key }) => id >= from && !heldIds.includes(id) && !heldKeys.includes(key))
        .toSorted((a, b) => a.id - b.id)
        .slice(0, limit);
    },
  };
  const queue = relayQueue({ streamOf: () => "ORDERS", readable: () => reader.hint() });
  const reader = relayReader({ outbox, queue, clock, partition: 0, streams: [], lookBackIds });
  return {
    queue,
    reader,
    froms,
    commit: (id: number, key: string) => void rows.set(id, pending(id, key)),
    wait: (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
    /** Sends and finishes all that may be sent now; returns their ids. */
    send(): number[] {
      const ids: number[] = [];
      for (let next = queue.take(nowMs); next; next = queue.take(nowMs)) {
        ids.push(next.id);
        queue.release(next);
      }
      for (const id of ids) rows.delete(id);
      queue.forget(ids);
      return ids;
    },
    get left() {
      return [...rows.keys()];
    },
  };
}

describe("relayReader", () => {
  test("begins where the last read found the lowest that is pending, and now and then from the beginning", async () => {
    const it = readerUnderTest(100);
    for (let id = 1_001; id <= 1_010; id += 1) it.commit(id, `k${id}`);
    await it.reader.read();
    it.send();

    await it.reader.read();
    await it.reader.read();
    it.wait(1_001);
    await it.reader.read();

    // The second read looks for what the first one found, and the third for what comes after that.
    expect(it.froms).toEqual([0, 901, 911, 0]);
  });

  test("finds what commits late: a little behind at once, far behind within a second", async () => {
    const it = readerUnderTest(100);
    it.commit(1_000, "a");
    await it.reader.read();
    it.send();
    await it.reader.read();

    it.commit(950, "b");
    it.commit(10, "c");
    await it.reader.read();
    expect(it.send()).toEqual([950]);

    it.wait(1_001);
    await it.reader.read();
    expect(it.send()).toEqual([10]);
  });

  test("reads from the beginning as long as it passes over a key that waits", async () => {
    const it = readerUnderTest(0);
    it.commit(1, "a");
    it.commit(2, "a");
    await it.reader.read();
    const refused = it.queue.take(it.now());
    if (!refused) throw new Error("nothing was taken");
    it.queue.retryAfter(refused, it.now() + 10);
    it.commit(3, "b");

    await it.reader.read();
    expect(it.send()).toEqual([3]);
    it.wait(10);
    expect(it.send()).toEqual([1]);
    await it.reader.read();

    expect(it.send()).toEqual([2]);
  });

  test("rests after a read as long as that took, and not while there is more to read", async () => {
    const it = readerUnderTest(0);
    for (let id = 1; id <= 513; id += 1) it.commit(id, `k${id}`);

    await it.reader.read();
    expect(it.reader.isDue(it.now())).toBe(true);
    await it.reader.read();
    expect(it.reader.isDue(it.now())).toBe(false);
    it.reader.hint();
    expect(it.reader.isDue(it.now())).toBe(true);
  });

  test("whatever commits when, all of it is read within a second", async () => {
    const step = fc.oneof(
      fc.record({
        does: fc.constant("commit" as const),
        id: fc.integer({ min: 1, max: 60 }),
        key: fc.nat(3),
      }),
      fc.record({ does: fc.constantFrom("read" as const, "send" as const, "refuse" as const) }),
      fc.record({ does: fc.constant("wait" as const), ms: fc.nat(400) }),
    );

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(3), async (steps, lookBackIds) => {
        const it = readerUnderTest(lookBackIds);
        const used = new Set<number>();
        for (const step of steps) {
          if (step.does === "commit" && !used.has(step.id)) {
            used.add(step.id);
            it.commit(step.id, `k${step.key}`);
          }
          if (step.does === "read") await it.reader.read();
          if (step.does === "send") it.send();
          if (step.does === "wait") it.wait(step.ms);
          if (step.does !== "refuse") continue;
          const refused = it.queue.take(it.now());
          if (refused) it.queue.retryAfter(refused, it.now() + 50);
        }

        it.wait(1_001);
        for (let reads = 0; reads < 3; reads += 1) {
          await it.reader.read();
          it.send();
        }
        expect(it.left).toEqual([]);
      }),
    );
  });
});
