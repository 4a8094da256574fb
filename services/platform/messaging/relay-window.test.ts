import { expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import type { Broker } from "./broker.ts";
import { encodeHeaders } from "./headers.ts";
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

test("a duplicate counts as sent only while the stream has the message", async () => {
  let nowMs = 0;
  let duplicate = true;
  const sent: number[] = [];
  const queue = relayQueue({ streamOf: () => "x", readable: () => undefined });
  const window = relayWindow({
    broker: {
      publish: async () => ({ stream: "x", sequence: 1, duplicate }),
      messageAt: async () => undefined,
    } as unknown as Broker,
    clock: { ...systemClock, monotonicMs: () => nowMs },
    random: systemRandom,
    log: silentLog,
    memory: {
      highest: () => 0,
      acknowledged: () => undefined,
      doubt: () => undefined,
    } as unknown as StreamMemory,
    queue,
    streamOf: () => "x",
    acknowledged: ({ id }) => sent.push(id),
    answered: () => undefined,
    stalledSinceMs: new Map(),
  });
  const lost = { id: 1, key: "a/1", version: 1, eventId: "e", subject: "x.a", headers: "" };
  queue.add([{ ...lost, payload: new Uint8Array(), resent: false }]);

  window.fill(nowMs);
  await eventually(() => expect(window.inFlight).toBe(0));
  expect(sent).toEqual([]);

  // The window of ids has passed, and the broker stores it anew.
  duplicate = false;
  nowMs = 60_000;
  window.fill(nowMs);
  await eventually(() => expect(sent).toEqual([1]));
});

test("a duplicate leaves its stream in doubt: its first copy may stand in a forgotten one's place", async () => {
  const doubted: string[] = [];
  const sent: number[] = [];
  const queue = relayQueue({ streamOf: () => "x", readable: () => undefined });
  const headers = encodeHeaders({ "Nats-Msg-Id": "e" });
  const window = relayWindow({
    broker: {
      publish: async () => ({ stream: "x", sequence: 1, duplicate: true }),
      messageAt: async () => ({ headers }),
    } as unknown as Broker,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    memory: {
      highest: () => 1,
      acknowledged: () => undefined,
      doubt: (stream: string) => doubted.push(stream),
    } as unknown as StreamMemory,
    queue,
    streamOf: () => "x",
    acknowledged: ({ id }) => sent.push(id),
    answered: () => undefined,
    stalledSinceMs: new Map(),
  });
  const doubled = { id: 1, key: "a/1", version: 1, eventId: "e", subject: "x.a", headers };
  queue.add([{ ...doubled, payload: new Uint8Array(), resent: false }]);

  window.fill(0);
  await eventually(() => expect(sent).toEqual([1]));

  expect(doubted).toEqual(["x"]);
});

test("a window that was full is filled again once a quarter of it is free", async () => {
  const unanswered: (() => void)[] = [];
  let published = 0;
  let woken = 0;
  const queue = relayQueue({ streamOf: () => "x", readable: () => undefined });
  const window = relayWindow({
    broker: {
      publish: () => {
        published += 1;
        const ack = { stream: "x", sequence: published, duplicate: false };
        return new Promise((resolve) => unanswered.push(() => resolve(ack)));
      },
    } as unknown as Broker,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    memory: { highest: () => 0, acknowledged: () => undefined } as unknown as StreamMemory,
    queue,
    streamOf: () => "x",
    acknowledged: () => undefined,
    answered: () => (woken += 1),
    stalledSinceMs: new Map(),
  });
  const messages = Array.from({ length: 400 }, (_, id) => ({
    ...{ id, key: `k${id}`, version: 1, eventId: String(id), subject: "x.1", headers: "" },
    ...{ payload: new Uint8Array(), resent: false },
  }));
  queue.add(messages);
  const answer = async (count: number, left: number) => {
    for (const resolve of unanswered.splice(0, count)) resolve();
    await eventually(() => window.inFlight === left);
    window.fill(systemClock.monotonicMs());
  };

  window.fill(systemClock.monotonicMs());
  await answer(63, 193);
  expect([published, woken]).toEqual([256, 0]);
  await answer(1, 192);
  expect([published, woken]).toEqual([320, 1]);

  // What is not full is told of at each answer: the next of a key may go.
  await answer(256, 0);
  expect([published, woken]).toEqual([400, 194]);
  await answer(80, 0);
  expect(woken).toBe(274);
});
