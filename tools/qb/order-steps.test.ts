import { describe, expect, test } from "bun:test";
import type { ReceivedMessageView } from "@app/platform/messaging/ops-views.ts";
import { inOrder, messageSteps, stateStep } from "./order-steps.ts";

const at = (ms: number) => new Date(Date.UTC(2026, 4, 4, 12) + ms).toISOString();

const sent = {
  eventId: "e1",
  version: 1,
  type: "orders.v1.order_created",
  subject: "orders.v1.order_created.17",
  createdAt: at(0),
  sentAt: at(4),
  stream: "ORDERS",
  sequence: 9,
};

const received = (message: Partial<ReceivedMessageView>) => ({
  consumer: "inventory-service",
  stream: "ORDERS",
  streamAsked: true,
  lane: null,
  messages: [
    {
      eventId: "e1",
      version: 1,
      type: "orders.v1.order_created",
      sequence: 9,
      publishedAt: at(3),
      state: "handled" as const,
      takenInAt: at(10),
      deadLetterId: null,
      attempts: 0,
      error: null,
      retryAt: null,
      ...message,
    },
  ],
});

describe("the steps of an order", () => {
  test("say how long a message waited in the outbox and in the broker", () => {
    const stated = messageSteps("orders", { key: "order/17", sent: [sent], received: [] });
    const handled = messageSteps("inventory", {
      key: "order/17",
      sent: [],
      received: [received({})],
    });

    expect([...stated, ...handled].map(({ what, waited }) => [what, waited])).toEqual([
      ["order_created v1 written to the outbox", undefined],
      ["order_created v1 stored as ORDERS 9", { ms: 4, for: "outbox" }],
      ["order_created v1 handled", { ms: 7, for: "broker" }],
    ]);
  });

  test("are told causes first, by the broker's own time of storing", () => {
    const stored = new Map([["e1", at(3)]]);
    const view = { key: "order/17", sent: [{ ...sent, sentAt: at(12) }], received: [] };
    const answer = { ...sent, eventId: "e2", createdAt: at(10), sentAt: null };
    const steps = inOrder([
      ...messageSteps("orders", view, stored),
      ...messageSteps("inventory", { key: "", sent: [answer], received: [received({})] }),
    ]);

    expect(steps.map(({ id }) => id)).toEqual([
      "e1 stated",
      "e1 stored",
      "e1 handled",
      "e2 stated",
    ]);
  });

  test("stop at the outbox while the broker is away", () => {
    const unsent = { ...sent, sentAt: null, stream: null, sequence: null };
    const steps = messageSteps("orders", { key: "order/17", sent: [unsent], received: [] });

    expect(steps.map(({ kind }) => kind)).toEqual(["stated"]);
  });

  test("name a dead letter with the command that shows it", () => {
    const dead = received({ state: "dead", takenInAt: null, deadLetterId: 3, error: "cut short" });
    const steps = messageSteps("inventory", { key: "order/17", sent: [], received: [dead] });

    expect(steps).toMatchObject([
      {
        kind: "trouble",
        what: "order_created v1 is a dead letter: cut short",
        next: "qb dlq show inventory/3",
      },
    ]);
  });

  test("tell nothing of what has not come yet", () => {
    const unseen = received({ state: "unseen", takenInAt: null });

    expect(messageSteps("inventory", { key: "order/17", sent: [], received: [unseen] })).toEqual(
      [],
    );
  });

  test("tell a cancellation with its reason and what was missing", () => {
    const step = stateStep({
      id: 17,
      userId: "ann",
      note: "",
      status: "CANCELLED",
      items: [{ sku: "burger", quantity: 99 }],
      reason: "insufficient stock",
      missing: ["burger"],
      createdAt: at(0),
      updatedAt: at(20),
    });

    expect([step.what, step.at]).toEqual(["CANCELLED: insufficient stock: burger", at(20)]);
  });
});
