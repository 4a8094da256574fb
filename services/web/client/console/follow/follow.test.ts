import { describe, expect, test } from "bun:test";
import type { DeadLetterView, MessagesView } from "@app/platform/messaging/ops-views.ts";
import { foldTime, legibleFolds, legibleTicks } from "./fold-time.ts";
import { hopsOf, isUnderWay, sumsOf, type Told } from "./hops.ts";
import { participantsOf, stepsOf } from "./steps.ts";
import { orderIdOf, subjectOf } from "./subject.ts";

const noon = Date.parse("2026-05-04T12:00:00.000Z");
const at = (ms: number) => new Date(noon + ms).toISOString();

const sent = (eventId: string, createdMs: number, sentMs: number | null) => ({
  eventId,
  version: 1,
  type: eventId === "a" ? "orders.v1.order_created" : "inventory.v1.inventory_reserved",
  subject: "",
  createdAt: at(createdMs),
  sentAt: sentMs === null ? null : at(sentMs),
  stream: sentMs === null ? null : eventId === "a" ? "ORDERS" : "INVENTORY",
  sequence: sentMs === null ? null : 1,
});

type Received = MessagesView["received"][number]["messages"][number];

const received = (eventId: string, storedMs: number, more: Partial<Received>): Received => ({
  eventId,
  version: 1,
  type: sent(eventId, 0, 0).type,
  sequence: 1,
  publishedAt: at(storedMs),
  state: "handled",
  takenInAt: null,
  deadLetterId: null,
  attempts: 0,
  error: null,
  retryAt: null,
  ...more,
});

const told = (
  service: Told["service"],
  key: string,
  {
    sent = [],
    heard = [],
    letters = [],
  }: Partial<{ sent: MessagesView["sent"]; heard: Received[]; letters: DeadLetterView[] }>,
): Told => ({
  service,
  letters,
  view: {
    key,
    sent,
    received: [
      {
        consumer: `${service}-service`,
        stream: service === "orders" ? "INVENTORY" : "ORDERS",
        streamAsked: true,
        lane: null,
        messages: heard,
      },
    ],
  },
});

const decided = [
  told("orders", "order/1", { sent: [sent("a", 0, 9)] }),
  told("inventory", "order/1", { heard: [received("a", 5, { takenInAt: at(8) })] }),
  told("inventory", "reservation/1", { sent: [sent("b", 8, 20)] }),
  told("orders", "reservation/1", { heard: [received("b", 15, { takenInAt: at(18) })] }),
];

describe("what is followed", () => {
  test("is read from the address", () => {
    expect(subjectOf(" ")).toEqual({ kind: "nothing" });
    expect(orderIdOf(subjectOf("17"))).toBe("17");
    expect(subjectOf("reservation/17")).toMatchObject({
      key: "order/17",
      keys: ["order/17", "reservation/17"],
      services: ["orders", "inventory"],
    });
    const id = "0192F3A0-0000-7000-8000-000000000001";
    expect(subjectOf(`booking/${id}`)).toMatchObject({
      title: "Booking 00000001",
      key: `booking/${id.toLowerCase()}`,
    });
    expect(subjectOf(id)).toEqual({ kind: "anything", id: id.toLowerCase() });
    expect(subjectOf("ada")).toEqual({ kind: "user", id: "ada" });
    expect(subjectOf("message/x")).toEqual({ kind: "message", id: "x" });
  });
});

describe("hops", () => {
  test("tell for each message how long it lay in the outbox and with the broker", () => {
    const hops = hopsOf(decided, noon + 1_000);

    expect(hops.map(({ name, from, to }) => [name, from, to?.service])).toEqual([
      ["OrderCreated", "orders", "inventory"],
      ["InventoryReserved", "inventory", "orders"],
    ]);
    expect(sumsOf(hops)).toEqual({ outbox: 12, broker: 6, handler: 0, failed: 0, held: 0 });
    expect(isUnderWay(hops)).toBe(false);
  });

  test("go on until now for what is still on its way", () => {
    const unsent = hopsOf([told("orders", "order/1", { sent: [sent("a", 0, null)] })], noon + 300);
    const unseen = hopsOf(
      [told("inventory", "order/1", { heard: [received("a", 5, { state: "unseen" })] })],
      noon + 300,
    );

    expect(sumsOf(unsent).outbox).toBe(300);
    expect(sumsOf(unseen).broker).toBe(295);
    expect([unsent, unseen].map(isUnderWay)).toEqual([true, true]);
  });

  test("show the attempts of a dead letter, and how long it waits for a person", () => {
    const letter = {
      id: 3,
      createdAt: at(60),
      firstFailedAt: at(20),
      lastFailedAt: at(50),
      resolvedAt: null,
    } as DeadLetterView;
    const heard = received("a", 5, {
      state: "dead",
      deadLetterId: 3,
      attempts: 2,
      error: "the oven is cold",
    });
    const hops = hopsOf(
      [told("inventory", "order/1", { heard: [heard], letters: [letter] })],
      noon + 150,
    );

    expect(sumsOf(hops)).toMatchObject({ broker: 15, failed: 30, held: 100 });
    expect(hops[0]).toMatchObject({ letter: "inventory/3", state: "dead" });
    expect(stepsOf(hops).at(-1)).toMatchObject({
      bad: true,
      what: "OrderCreated v1 failed 2 times: the oven is cold. It is dead letter inventory/3",
    });
  });

  test("never take less than no time, whatever the clocks say", () => {
    const early = [
      told("orders", "order/1", { sent: [sent("a", 10, 12)] }),
      told("inventory", "order/1", { heard: [received("a", 5, { takenInAt: at(2) })] }),
    ];

    expect(sumsOf(hopsOf(early, noon))).toMatchObject({ outbox: 0, broker: 0 });
  });
});

describe("steps", () => {
  test("are in order, causes before effects of the same moment", () => {
    const steps = stepsOf(hopsOf(decided, noon));

    expect(
      steps.map(({ at, what }) => `${at - noon} ${what.split(" ").slice(0, 3).join(" ")}`),
    ).toEqual([
      "0 OrderCreated v1 written",
      "5 OrderCreated v1 stored",
      "8 OrderCreated v1 handled",
      "8 InventoryReserved v1 written",
      "15 InventoryReserved v1 stored",
      "18 InventoryReserved v1 handled",
    ]);
  });

  test("pass services and streams in the order of the messages", () => {
    expect(participantsOf(hopsOf(decided, noon))).toEqual([
      "orders",
      "ORDERS",
      "inventory",
      "INVENTORY",
    ]);
  });
});

describe("the scale", () => {
  test("folds stretches in which nothing happens, and keeps the rest in proportion", () => {
    const scale = foldTime([0, 10, 30, 100_030, 100_040]);

    expect(scale.folds).toMatchObject([{ from: 30, to: 100_030, width: 8 }]);
    expect(scale.at(0)).toBe(0);
    expect(scale.at(30) - scale.at(10)).toBeCloseTo(2 * scale.at(10));
    expect(scale.at(100_040)).toBeCloseTo(100);
    expect(scale.at(50_030)).toBeCloseTo(scale.at(30) + 4);
  });

  test("stands for one moment alone, and for folds alone", () => {
    expect(foldTime([5]).at(5)).toBe(0);
    expect(foldTime([]).at(5)).toBe(0);
    const folded = foldTime([0, 1_000, 9_000]);
    expect(folded.at(1_000)).toBe(50);
    expect(folded.at(9_000)).toBe(100);
  });

  test("writes only those lengths of folds that do not run into each other", () => {
    const scale = foldTime([0, 1_000, 2_000, 2_050, 3_050]);

    expect(scale.folds).toHaveLength(3);
    expect(legibleFolds(scale, 12).map(({ from }) => from)).toEqual([0, 2_050]);
  });

  test("writes only ticks that do not run into each other", () => {
    const scale = foldTime([0, 1, 2, 50, 99, 100]);

    expect(legibleTicks(scale, 9)).toEqual([0, 50, 100]);
  });
});
