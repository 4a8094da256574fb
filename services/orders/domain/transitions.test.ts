import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cancelOrder, rejectOrder, timeOutOrder } from "./cancel-order.ts";
import { confirmOrder } from "./confirm-order.ts";
import type { Decision } from "./facts.ts";
import type { Order, OrderStatus } from "./order.ts";
import { placeOrder } from "./place-order.ts";
import { type Happening, transitions } from "./transitions.ts";

const noon = new Date("2026-05-04T12:00:00Z");
const later = new Date("2026-05-04T12:00:09Z");
const reservation = { items: [{ sku: "burger", priceCents: 890 }], totalCents: 1_780 };
const rejection = { reason: "insufficient stock", missing: ["burger"] };

const decide: Readonly<Record<Happening, (order: Order) => Decision>> = {
  stock_reserved: (order) => confirmOrder(order, reservation, later),
  stock_rejected: (order) => rejectOrder(order, rejection, later),
  deadline_passed: (order) => timeOutOrder(order, later),
  cancel_requested: (order) => cancelOrder(order, "changed my mind", later),
};
const happenings = Object.keys(decide) as Happening[];

const request = { userId: "u1", note: "", lines: [{ sku: "burger", quantity: 2 }] } as const;
const pending = placeOrder(request, { id: 1n, at: noon }).order;
const inState: Readonly<Record<OrderStatus, Order>> = {
  PENDING: pending,
  CONFIRMED: confirmOrder(pending, reservation, noon).order,
  CANCELLED: rejectOrder(pending, rejection, noon).order,
};

/** The whole of what the contract says, written down a second time. */
const expected: readonly (readonly [OrderStatus, Happening, OrderStatus])[] = [
  ["PENDING", "stock_reserved", "CONFIRMED"],
  ["PENDING", "stock_rejected", "CANCELLED"],
  ["PENDING", "deadline_passed", "CANCELLED"],
  ["PENDING", "cancel_requested", "CANCELLED"],
  ["CONFIRMED", "stock_reserved", "CONFIRMED"],
  ["CONFIRMED", "stock_rejected", "CONFIRMED"],
  ["CONFIRMED", "deadline_passed", "CONFIRMED"],
  ["CONFIRMED", "cancel_requested", "CANCELLED"],
  ["CANCELLED", "stock_reserved", "CANCELLED"],
  ["CANCELLED", "stock_rejected", "CANCELLED"],
  ["CANCELLED", "deadline_passed", "CANCELLED"],
  ["CANCELLED", "cancel_requested", "CANCELLED"],
];

describe("transitions", () => {
  test("knows every pair of a state and a happening", () => {
    const pairs = Object.entries(transitions).flatMap(([status, row]) =>
      Object.keys(row).map((happening) => `${status} ${happening}`),
    );

    expect(pairs.toSorted()).toEqual(expected.map(([from, what]) => `${from} ${what}`).toSorted());
  });

  test.each(expected)("takes an order that is %s, at %s, to %s", (from, happening, to) => {
    const before = inState[from];

    const { order, facts } = decide[happening](before);

    expect(order.status).toBe(to);
    expect(facts).toHaveLength(from === to ? 0 : 1);
    expect(order.version).toBe(before.version + facts.length);
    if (from === to) expect(order).toBe(before);
    else expect(facts[0]).toMatchObject({ orderId: 1n, version: order.version, at: later });
  });

  test("states one fact for each version, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 20 }), (story) => {
        let order: Order = pending;
        let decisions = 0;
        for (const happening of story) {
          const decision = decide[happening](order);
          expect(decision.order.version).toBe(order.version + decision.facts.length);
          for (const fact of decision.facts) expect(fact.version).toBe(decision.order.version);
          decisions += decision.facts.length;
          order = decision.order;
        }
        expect(decisions).toBeLessThanOrEqual(2);
        expect(order.version).toBe(1 + decisions);
      }),
    );
  });
});

describe("placeOrder", () => {
  test("states the order as its first fact", () => {
    const { order, facts } = placeOrder(request, { id: 7n, at: noon });

    expect(order).toEqual({ ...request, id: 7n, status: "PENDING", createdAt: noon, version: 1 });
    expect(facts).toEqual([
      {
        type: "OrderCreated",
        orderId: 7n,
        version: 1,
        at: noon,
        userId: "u1",
        lines: request.lines,
      },
    ]);
  });
});

describe("confirmOrder", () => {
  test("keeps the price of each line in the order of the lines", () => {
    const lines = [
      { sku: "b", quantity: 1 },
      { sku: "a", quantity: 2 },
    ] as const;
    const { order } = placeOrder({ ...request, lines }, { id: 1n, at: noon });
    const items = [
      { sku: "a", priceCents: 100 },
      { sku: "b", priceCents: 250 },
    ];

    const confirmed = confirmOrder(order, { items, totalCents: 450 }, later).order;

    expect(confirmed).toMatchObject({ pricing: { pricesCents: [250, 100], totalCents: 450 } });
  });

  test("takes news about other lines for a fault", () => {
    const items = [{ sku: "pizza", priceCents: 1 }];

    expect(() => confirmOrder(pending, { items, totalCents: 1 }, later)).toThrow(
      "order 1 was reserved without a price of burger",
    );
  });
});

describe("cancelling", () => {
  test("says why, and keeps the price of an order that was confirmed", () => {
    expect(decide.stock_rejected(pending).order).toMatchObject(rejection);
    expect(decide.deadline_passed(pending).order).toMatchObject({
      reason: "timed out",
      missing: [],
    });
    expect(decide.cancel_requested(inState.CONFIRMED).order).toMatchObject({
      reason: "changed my mind",
      pricing: { totalCents: 1_780 },
    });
  });
});
