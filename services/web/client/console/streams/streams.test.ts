import { describe, expect, test } from "bun:test";
import type { StreamsView, StreamView } from "@app/platform/messaging/ops-stream-views.ts";
import type { Answer } from "../ask.ts";
import { knownStreams, troubleOf } from "./known-streams.ts";
import { rateOf, withSample } from "./rates.ts";

const stream = (more: Partial<StreamView>): StreamView => ({
  name: "ORDERS",
  owner: "orders",
  declared: {
    subjects: [],
    maxAgeSeconds: 0,
    maxBytes: 1,
    maxMessagesPerSubject: null,
    messagesPerSecond: 1,
    bytesPerMessage: 1,
  },
  state: null,
  copies: null,
  durables: [],
  drift: [],
  problem: null,
  ...more,
});

const state = {
  createdAt: "",
  messages: 1,
  bytes: 1,
  firstSequence: 1,
  firstAt: null,
  lastSequence: 1,
  lastAt: null,
  deleted: 0,
};

const answer = (service: Answer<StreamsView>["service"], ...streams: StreamView[]) => ({
  service,
  value: { service, at: "2026-05-04T12:00:00.000Z", streams },
  problem: undefined,
  at: 1,
  loading: false,
});

describe("streams", () => {
  test("are believed by their owner's word, and rather by anybody's that the broker answered", () => {
    const both = knownStreams([
      answer("inventory", stream({ state })),
      answer("orders", stream({ state })),
    ]);
    const one = knownStreams([
      answer("orders", stream({ problem: "the broker does not answer" })),
      answer("inventory", stream({ state })),
    ]);

    expect(both.map(({ by }) => by)).toEqual(["orders"]);
    expect(one.map(({ by }) => by)).toEqual(["inventory"]);
  });

  test("have a rate once they were seen twice, and begin anew where they were made anew", () => {
    const first = withSample([], { at: 0, lastSequence: 10 });
    const second = withSample(first, { at: 2_000, lastSequence: 30 });

    expect(rateOf(first)).toBeUndefined();
    expect(rateOf(second)).toBe(10);
    expect(withSample(second, { at: 2_100, lastSequence: 31 })).toBe(second);
    expect(withSample(second, { at: 4_000, lastSequence: 1 })).toHaveLength(1);
    expect(withSample(second, { at: 60_000, lastSequence: 31 })).toHaveLength(1);
  });
});

describe("a consumer", () => {
  const held = { problem: "nobody is pulling" } as Parameters<typeof troubleOf>[0]["held"];
  const durable = (pausedUntil: string | null) =>
    ({ state: { pausedUntil } }) as Parameters<typeof troubleOf>[0]["durable"];

  test("is in trouble when nobody pulls, but not for being paused", () => {
    expect(troubleOf({ service: "orders", held, durable: durable(null) })).toBe(
      "nobody is pulling",
    );
    expect(
      troubleOf({ service: "orders", held, durable: durable("2026-05-04T12:00:00.000Z") }),
    ).toBeUndefined();
  });
});
