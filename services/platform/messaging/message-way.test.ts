import { describe, expect, test } from "bun:test";
import { type Hop, obstacleOn, type Way } from "./message-way.ts";
import type { LaneView, OutboxView, ReceivedMessageView, SentMessageView } from "./ops-views.ts";
import type { SilentReport, ToldReport } from "./service-report.ts";

const at = "2026-05-04T12:00:00.000Z";
const key = "order/7";
const answerKey = "reservation/7";

const question: Hop = {
  from: "orders",
  to: "inventory",
  key,
  version: 1,
  stream: "ORDERS",
  durable: "inventory-service",
};
const answer: Hop = {
  from: "inventory",
  to: "orders",
  key: answerKey,
  version: 1,
  stream: "INVENTORY",
  durable: "orders-service",
};

const message = (version: number, changes: Partial<SentMessageView> = {}): SentMessageView => ({
  eventId: `event ${version}`,
  version,
  type: "orders.v1.order_created",
  subject: "orders.v1.order_created.7",
  createdAt: at,
  sentAt: at,
  stream: "ORDERS",
  sequence: 40 + version,
  ...changes,
});
const unsent = { sentAt: null, stream: null, sequence: null };

const received = (
  version: number,
  changes: Partial<ReceivedMessageView> = {},
): ReceivedMessageView => ({
  eventId: `event ${version}`,
  version,
  type: "orders.v1.order_created",
  sequence: 40 + version,
  publishedAt: at,
  state: "unseen",
  takenInAt: null,
  deadLetterId: null,
  attempts: 0,
  error: null,
  retryAt: null,
  ...changes,
});

const lane = (changes: Partial<LaneView>): LaneView => ({
  consumer: "inventory-service",
  key,
  state: "idle",
  version: 0,
  waiting: 0,
  behind: false,
  movedAt: at,
  lowestParked: null,
  oldestParkedAt: null,
  deadLetterId: null,
  ...changes,
});

interface Told {
  readonly sent?: readonly SentMessageView[];
  readonly received?: readonly ReceivedMessageView[];
  readonly lane?: LaneView;
  readonly streamAsked?: boolean;
  readonly outboxUnread?: boolean;
  readonly outbox?: Partial<OutboxView>;
  readonly pulls?: number;
  readonly pending?: number;
  readonly unacknowledged?: number;
  readonly problem?: string;
}

/** A service that is well and knows nothing but what is given. */
function told(hop: Hop, service: string, knows: Told = {}): ToldReport {
  const { sent = [], pulls = 1, pending = 0, unacknowledged = 0, streamAsked = true } = knows;
  const heard = {
    consumer: hop.durable,
    stream: hop.stream,
    streamAsked,
    lane: knows.lane ?? null,
    messages: [...(knows.received ?? [])],
  };
  return {
    kind: "told",
    service,
    outbox: {
      backlog: { count: 1, atLeast: false, oldestAgeMs: 5 },
      rows: [],
      streams: [],
      broker: { connected: true, answeredAt: at, problem: null },
      relay: { leader: { application: `${service} leader`, pid: 9 }, problem: null },
      ...knows.outbox,
    },
    consumers: [
      {
        consumer: hop.durable,
        stream: hop.stream,
        order: "key",
        broker: { ackFloor: 0, pending, unacknowledged, redelivered: 0, pulls },
        problem: knows.problem ?? null,
        parked: 0,
        oldestParkedAgeMs: null,
        blockedLanes: 0,
        stuckLanes: 0,
        dead: 0,
        oldestDeadAgeMs: null,
      },
    ],
    messages: [
      {
        key: hop.key,
        sent: [...sent],
        ...(knows.outboxUnread && { outboxUnread: true }),
        received: service === hop.to ? [heard] : [],
      },
    ],
  };
}

const away: SilentReport = {
  kind: "silent",
  service: "inventory",
  part: "service",
  problem: "nothing answers",
};

const onWay = (reports: Way["reports"], hops: readonly Hop[] = [question]) =>
  obstacleOn({ hops, reports, durables: new Map() });

/** What holds a message that orders has not sent. */
const inOutbox = (outbox: Partial<OutboxView>, sent = [message(1, unsent)]) =>
  onWay([told(question, "orders", { sent, outbox }), told(question, "inventory")]);

/** What holds a message that inventory can see. */
const atInventory = (knows: Told, version = 1) =>
  onWay(
    [told(question, "orders", { sent: [message(version)] }), told(question, "inventory", knows)],
    [{ ...question, version }],
  );

describe("a message in the outbox", () => {
  const relay = { leader: { application: "orders leader", pid: 9 }, problem: null };

  test.each([
    [
      "broker",
      { broker: { connected: false, answeredAt: null, problem: "there is no connection to it" } },
      "order_created v1 is in the outbox of orders: the broker takes nothing from orders (there is no connection to it)",
    ],
    [
      "stream",
      {
        streams: [
          {
            stream: "ORDERS",
            lastSequence: 4,
            deleted: 0,
            seenAt: at,
            problem: "there is no such stream",
          },
        ],
      },
      "order_created v1 is in the outbox of orders: the stream ORDERS takes nothing (there is no such stream)",
    ],
    [
      "relay",
      { relay: { ...relay, leader: null } },
      "order_created v1 is in the outbox of orders: no replica of orders leads the relay",
    ],
    [
      "relay",
      { relay: { ...relay, leader: { application: "psql", pid: 12 } } },
      "order_created v1 is in the outbox of orders: the session 12 of psql holds the lock of the relay's leader",
    ],
    [
      "relay",
      { relay: { ...relay, problem: "failed 3 times, restarting" } },
      "order_created v1 is in the outbox of orders: the relay of orders fails (failed 3 times, restarting)",
    ],
    [
      "outbox",
      { backlog: { count: 10_000, atLeast: true, oldestAgeMs: 5 } },
      "order_created v1 is in the outbox of orders: 9999 or more other messages wait there",
    ],
    ["outbox", {}, "order_created v1 is in the outbox of orders"],
  ] as const)("waits for the %s", (part, outbox, text) => {
    expect(inOutbox(outbox as Partial<OutboxView>)).toMatchObject({
      service: "orders",
      part,
      text,
    });
  });

  test("waits behind the first unsent message of its key", () => {
    const sent = [message(1), message(2, unsent), message(3, unsent)];
    const reports = [told(question, "orders", { sent }), told(question, "inventory")];

    expect(onWay(reports, [{ ...question, version: 3 }])).toMatchObject({
      part: "outbox",
      text: "order_created v3 is in the outbox of orders behind order_created v2 of order/7, which is not sent",
    });
  });
});

describe("a message that its consumer can see", () => {
  test("is there when it is nowhere else and the outbox is too long to be read through", () => {
    const broker = { connected: false, answeredAt: at, problem: "there is no connection to it" };
    const long = { outbox: { broker }, outboxUnread: true };
    const asked = onWay([told(question, "orders", long), told(question, "inventory")]);
    const answered = onWay(
      [
        told(answer, "orders"),
        {
          ...told(answer, "inventory", long),
          messages: [
            ...told(answer, "inventory", long).messages,
            ...told(question, "inventory", { lane: lane({ version: 1 }) }).messages,
          ],
        },
      ],
      [question, answer],
    );

    expect(asked).toMatchObject({ service: "orders", part: "broker", message: null });
    expect(asked?.text).toStartWith("v1 of order/7 is in the outbox of orders: the broker takes");
    expect(answered).toMatchObject({ service: "inventory", part: "broker" });
  });

  test("waits to be reached, with how many before it", () => {
    expect(atInventory({ received: [received(1)], pending: 37 })).toMatchObject({
      service: "inventory",
      part: "consumer",
      lag: 37,
      next: null,
      message: { key, version: 1, stream: "ORDERS", sequence: 41 },
    });
  });

  test("waits for a consumer that is busy, and pulls no more than it can work on", () => {
    const busy = { received: [received(1)], pulls: 0, pending: 300, unacknowledged: 200 };

    expect(atInventory(busy)).toMatchObject({
      part: "consumer",
      lag: 500,
      next: null,
      text: "inventory-service has not handled order_created v1 yet: 500 messages are before it or in hand",
    });
    expect(atInventory({ ...busy, problem: "failed 3 times" })).toMatchObject({
      part: "consumer",
      next: "qb doctor",
      text: "order_created v1 is in ORDERS, and the consumer of inventory-service fails (failed 3 times)",
    });
  });

  test("waits for somebody to pull", () => {
    expect(atInventory({ received: [received(1)], pulls: 0 })).toMatchObject({
      part: "consumer",
      text: "order_created v1 is in ORDERS, and nobody pulls from inventory-service: its consumer does not run",
      next: "qb doctor",
    });
  });

  test("waits for another attempt while it is still with the broker", () => {
    const failed = received(1, { attempts: 1, error: "Error: cold" });

    expect(atInventory({ received: [failed] })).toMatchObject({
      part: "retry",
      attempts: 1,
      text: "inventory-service failed once at order_created v1 and is to try it again (Error: cold)",
    });
  });

  test("was discarded, so that nothing follows from it", () => {
    const discarded = received(1, { state: "discarded", deadLetterId: 3 });
    const found = atInventory({ received: [discarded], lane: lane({ version: 1 }) });

    expect(found).toMatchObject({ part: "dead_letter", deadLetterId: 3 });
    expect(found?.text).toBe(
      "order_created v1 was given up: its dead letter of inventory-service, inventory/3, was discarded",
    );
    expect(found?.next).toBe("qb dlq restore inventory/3");
  });

  test("waits in its lane for a version that is missing, lost or failing", () => {
    const parked = [received(3, { state: "parked" })];
    const waiting = lane({ version: 1, state: "waiting", waiting: 1 });

    expect(atInventory({ received: parked, lane: waiting }, 3)).toMatchObject({
      part: "lane",
      text: "order_created v3 is parked by inventory-service until v2 comes",
      next: null,
    });
    const stuck = lane({ version: 1, state: "stuck", waiting: 1 });
    expect(atInventory({ received: parked, lane: stuck }, 3)).toMatchObject({
      part: "lane",
      text: "order_created v3 is parked by inventory-service for v2, which the stream no longer has",
      next: "qb lane skip inventory-service order/7",
    });
    const failing = received(2, { state: "parked", attempts: 3, error: "Error: cold" });
    expect(atInventory({ received: [failing, ...parked], lane: waiting }, 3)).toMatchObject({
      part: "lane",
      text: "order_created v3 is parked by inventory-service behind v2, which failed (Error: cold)",
    });
    const next = lane({ version: 2, state: "waiting", waiting: 1 });
    expect(atInventory({ received: parked, lane: next }, 3)).toMatchObject({
      text: "order_created v3 is parked by inventory-service and is run next",
    });
  });

  test("waits for room in a lane that had to leave it in the stream", () => {
    const behind = lane({ behind: true, waiting: 1_000 });

    expect(atInventory({ received: [received(1)], lane: behind })).toMatchObject({
      part: "lane",
      next: "qb lane ls",
    });
  });
});

describe("a message that was sent and is not to be seen", () => {
  test("has arrived when its lane is past it, though nothing else remembers it", () => {
    expect(atInventory({ lane: lane({ version: 1 }) })).toBeUndefined();
    expect(atInventory({ lane: lane({ version: 1 }), streamAsked: false })).toBeUndefined();
  });

  test("was lost by a broker that forgot it", () => {
    expect(atInventory({})).toMatchObject({
      part: "stream",
      text: "ORDERS no longer holds order_created v1; it is sent again once its loss is noticed",
    });
  });

  test("waits for a broker that answers its receiver", () => {
    expect(atInventory({ streamAsked: false })).toMatchObject({
      service: "inventory",
      part: "broker",
    });
  });

  test("waits for a receiver that is silent, and what the broker tells of it is told", () => {
    const state = {
      ackFloor: 40,
      delivered: 41,
      pending: 2,
      unacknowledged: 1,
      redelivered: 0,
      pulls: 0,
      createdAtSequence: 1,
    };
    const obstacle = (ackFloor: number) =>
      obstacleOn({
        hops: [question, answer],
        reports: [told(question, "orders", { sent: [message(1)] }), away],
        durables: new Map([["inventory-service", { ...state, ackFloor }]]),
      });

    expect(obstacle(40)).toMatchObject({
      service: "inventory",
      part: "service",
      lag: 3,
      text: "order_created v1 waits in ORDERS, but inventory does not answer (nothing answers), and nobody pulls from inventory-service",
    });
    expect(obstacle(41)?.text).toStartWith("inventory has taken in order_created v1, but");
  });
});

describe("a chain of messages", () => {
  const handled = received(1, { state: "handled" });

  test("is looked at from its end: what came further is past what is before", () => {
    const heard = received(1, { state: "dead", deadLetterId: 3, error: "Error: cold" });
    const orders = told(answer, "orders", { received: [heard] });

    expect(onWay([orders, away], [question, answer])).toMatchObject({
      service: "orders",
      part: "dead_letter",
      deadLetterId: 3,
      next: "qb dlq redrive orders/3",
    });
  });

  test("has an end when the last message is handled", () => {
    const orders = told(answer, "orders", { received: [handled] });

    expect(onWay([orders, away], [question, answer])).toBeUndefined();
  });

  test("is broken where a message was handled and nothing follows from it", () => {
    const orders = told(question, "orders", { sent: [message(1)] });
    const inventory = told(question, "inventory", { received: [handled] });

    expect(onWay([orders, inventory], [question, answer])).toMatchObject({
      service: "inventory",
      part: "unknown",
      next: "qb verify",
    });
  });

  test("is unknown where nobody remembers its first message", () => {
    expect(onWay([told(question, "orders"), told(question, "inventory")])).toMatchObject({
      service: "orders",
      part: "unknown",
    });
  });
});
