import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { PendingMessage } from "./outbox-store.ts";
import { relayQueue, waitingPerStreamDefault } from "./relay-queue.ts";

const pending = (id: number, key: string, version = id): PendingMessage => ({
  id,
  key,
  version,
  eventId: `00000000-0000-7000-8000-${String(id).padStart(12, "0")}`,
  subject: `orders.v1.order_confirmed.${key}`,
  headers: "",
  payload: new Uint8Array(),
  resent: false,
});

/** A queue for streams that are told apart by the first token of their subjects. */
const queueUnderTest = (readable: () => void = () => undefined, waitingPerStreamMax?: number) =>
  relayQueue({
    streamOf: (subject) => subject.slice(0, subject.indexOf(".")),
    readable,
    ...(waitingPerStreamMax === undefined ? {} : { waitingPerStreamMax }),
  });

/** Everything that may be sent now, acknowledged at once. */
function drained(queue: ReturnType<typeof relayQueue>, nowMs: number): number[] {
  const ids: number[] = [];
  for (let next = queue.take(nowMs); next; next = queue.take(nowMs)) {
    ids.push(next.id);
    queue.release(next);
  }
  return ids;
}

describe("relayQueue", () => {
  test("sends a key's messages one at a time and other keys' beside them", () => {
    const queue = queueUnderTest();
    queue.add([pending(1, "a"), pending(2, "a"), pending(3, "b")]);

    const first = queue.take(0);
    const second = queue.take(0);

    expect([first?.id, second?.id]).toEqual([1, 3]);
    expect(queue.take(0)).toBeUndefined();
    if (first) queue.release(first);
    expect(queue.take(0)?.id).toBe(2);
  });

  test("passes over what it holds already, also what was sent and is not yet finished", () => {
    const queue = queueUnderTest();
    queue.add([pending(1, "a")]);
    expect(drained(queue, 0)).toEqual([1]);

    queue.add([pending(1, "a")]);
    expect(queue.take(0)).toBeUndefined();

    queue.forget([1]);
    queue.add([pending(1, "a")]);
    expect(queue.take(0)?.id).toBe(1);
  });

  test("tries all that waits for a stream at once when told so, and nothing of another", () => {
    const queue = queueUnderTest();
    const failed = [pending(1, "a"), pending(2, "b"), { ...pending(3, "c"), subject: "other.c" }];
    queue.add(failed);
    for (const message of failed) {
      queue.take(0);
      queue.retryAfter(message, 60_000);
    }
    expect(drained(queue, 1_000)).toEqual([]);

    queue.retryNow("orders");

    expect(drained(queue, 1_000)).toEqual([1, 2]);
    expect(queue.nextRetryMs()).toBe(60_000);
    expect(drained(queue, 60_000)).toEqual([3]);
  });

  test("sends versions that were put back before the later ones that stayed", () => {
    const queue = queueUnderTest();
    queue.add([pending(5, "a", 3)]);
    queue.add([pending(8, "a", 1), pending(9, "a", 2)]);

    expect(drained(queue, 0)).toEqual([8, 9, 5]);
  });

  test("repeats a refused message first, no earlier than told, and lets other keys go on", () => {
    const queue = queueUnderTest();
    queue.add([pending(1, "a"), pending(3, "b")]);
    const refused = queue.take(1_000);
    if (!refused) throw new Error("nothing was taken");

    queue.retryAfter(refused, 1_500);

    expect([queue.nextRetryMs(), queue.failures(refused)]).toEqual([1_500, 1]);
    expect(drained(queue, 1_499)).toEqual([3]);
    expect(drained(queue, 1_500)).toEqual([1]);
    expect([queue.nextRetryMs(), queue.failures(refused)]).toEqual([undefined, 0]);
  });

  test("leaves in the outbox what follows a refused message, until that one was sent", () => {
    let told = 0;
    const queue = queueUnderTest(() => (told += 1));
    queue.add([pending(1, "a"), pending(2, "a"), pending(3, "a")]);
    const refused = queue.take(0);
    if (!refused) throw new Error("nothing was taken");

    queue.retryAfter(refused, 10);
    queue.add([pending(2, "a")]);

    expect([queue.heldIds, queue.heldKeys, told]).toEqual([[1], ["a"], 0]);
    expect(drained(queue, 10)).toEqual([1]);
    expect([queue.heldKeys, told]).toEqual([[], 1]);
  });

  test("closes a stream of which too many keys are refused, keeps what tries it again, and reopens it", () => {
    let told = 0;
    const queue = queueUnderTest(() => (told += 1));
    const refusing = (id: number): PendingMessage => ({
      ...pending(id, `full${id}`),
      subject: `full.${id}`,
    });
    queue.add(Array.from({ length: 1_000 }, (_, index) => refusing(index + 1)));
    for (let next = queue.take(0); next; next = queue.take(0)) queue.retryAfter(next, 10);

    queue.add([refusing(2_000), pending(2_001, "good")]);

    expect(queue.closedStreams).toEqual(["full"]);
    expect(queue.size).toBe(waitingPerStreamDefault + 1);
    expect(drained(queue, 0)).toEqual([2_001]);
    expect(told).toBe(0);
    const tried = queue.take(10);
    if (!tried) throw new Error("nothing was taken");
    queue.release(tried);
    expect([queue.closedStreams, told]).toEqual([[], 1]);
  });

  test("keeps what is about to be tried again when a stream closes", () => {
    const queue = queueUnderTest(undefined, 2);
    queue.add([pending(1, "a"), pending(2, "b"), pending(3, "c")]);
    const [one, two] = [queue.take(0), queue.take(0)];
    if (!one || !two) throw new Error("nothing was taken");
    queue.retryAfter(one, 5);
    // Makes the first ready for its next attempt; another is taken before it.
    const third = queue.take(5);
    expect(third?.id).toBe(3);

    queue.retryAfter(two, 20);

    expect([queue.closedStreams, queue.heldIds]).toEqual([["orders"], [1, 2, 3]]);
    expect(drained(queue, 5)).toEqual([1]);
    expect([queue.closedStreams, queue.heldKeys]).toEqual([[], ["b"]]);
  });

  test("takes nothing of a stream that may not be taken from", () => {
    const queue = queueUnderTest();
    queue.add([{ ...pending(1, "a"), subject: "silent.1" }, pending(2, "b")]);

    expect(queue.take(0, (stream) => stream !== "silent")?.id).toBe(2);
    expect(queue.take(0, (stream) => stream !== "silent")).toBeUndefined();
    expect(queue.take(0)?.id).toBe(1);
  });

  test("holds a key's share and no more, and has more of it read once little is left", () => {
    let told = 0;
    const queue = queueUnderTest(() => (told += 1));
    queue.add(Array.from({ length: 512 }, (_, index) => pending(index + 1, "a")));
    queue.add([pending(1_000, "b")]);
    expect([queue.heldKeys, queue.size]).toEqual([["a"], 65]);

    for (let sent = 0; sent < 50; sent += 1) {
      const next = queue.take(0);
      if (next) queue.release(next);
    }

    expect([queue.heldKeys, told]).toEqual([[], 1]);
  });

  test("holds nothing after a clear, and answers that come later bring nothing back", () => {
    const queue = queueUnderTest();
    queue.add([pending(1, "a"), pending(2, "b")]);
    const [one, two] = [queue.take(0), queue.take(0)];
    if (!one || !two) throw new Error("nothing was taken");

    queue.clear();
    queue.release(one);
    queue.retryAfter(two, 5);

    expect([queue.size, queue.take(10), queue.nextRetryMs()]).toEqual([0, undefined, undefined]);
  });

  test("whatever happens, a key has one message in flight at most and none is lost or doubled", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ does: fc.constant("add" as const), key: fc.nat(4) }) },
      { weight: 4, arbitrary: fc.record({ does: fc.constant("take" as const) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          does: fc.constantFrom("release", "retry", "finish", "readAgain"),
          which: fc.nat(1_000),
          delayMs: fc.integer({ min: 1, max: 50 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("wait" as const), ms: fc.nat(60) }) },
    );

    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, max) => {
          const queue = queueUnderTest(undefined, max);
          // As the relay reads: nothing of what the queue says that it holds.
          const readAgain = () => {
            if (queue.closedStreams.length > 0) return;
            const [heldIds, heldKeys] = [new Set(queue.heldIds), new Set(queue.heldKeys)];
            const rows = [...added.values()].filter(({ id }) => !finished.has(id));
            queue.add(rows.filter(({ id, key }) => !heldIds.has(id) && !heldKeys.has(key)));
          };
          const added = new Map<number, PendingMessage>();
          const acknowledged: number[] = [];
          const finished = new Set<number>();
          let inFlight: PendingMessage[] = [];
          const notBefore = new Map<string, number>();
          let nowMs = 1;

          const take = () => {
            const message = queue.take(nowMs);
            if (!message) return;
            expect(inFlight.map(({ key }) => key)).not.toContain(message.key);
            expect(acknowledged).not.toContain(message.id);
            expect(notBefore.get(message.key) ?? 0).toBeLessThanOrEqual(nowMs);
            inFlight.push(message);
          };
          const answer = (which: number, how: (message: PendingMessage) => void) => {
            const message = inFlight[which % Math.max(1, inFlight.length)];
            if (!message) return;
            inFlight = inFlight.filter((other) => other !== message);
            how(message);
          };
          const acknowledge = (message: PendingMessage) => {
            acknowledged.push(message.id);
            queue.release(message);
          };

          for (const step of steps) {
            switch (step.does) {
              case "add": {
                const message = pending(added.size + 1, `k${step.key}`);
                added.set(message.id, message);
                queue.add([message]);
                break;
              }
              case "take":
                take();
                break;
              case "wait":
                nowMs += step.ms;
                break;
              case "release":
                answer(step.which, acknowledge);
                break;
              case "retry":
                answer(step.which, (message) => {
                  notBefore.set(message.key, nowMs + step.delayMs);
                  queue.retryAfter(message, nowMs + step.delayMs);
                });
                break;
              case "finish":
                for (const id of acknowledged) finished.add(id);
                queue.forget(acknowledged);
                break;
              case "readAgain":
                // The outbox gives again whatever is not finished.
                readAgain();
                break;
            }
            expect(queue.size).toBeLessThanOrEqual(added.size - finished.size);
          }

          for (const message of inFlight.splice(0)) acknowledge(message);
          // What had to stay in the outbox behind a refused message is read when that was sent.
          for (let turn = 1; turn <= 3; turn += 1) {
            acknowledged.push(...drained(queue, nowMs + 1_000));
            readAgain();
          }
          acknowledged.push(...drained(queue, nowMs + 1_000));
          expect(acknowledged.toSorted((a, b) => a - b)).toEqual([...added.keys()]);
          for (const key of new Set([...added.values()].map((message) => message.key))) {
            const ofKey = acknowledged.filter((id) => added.get(id)?.key === key);
            expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
