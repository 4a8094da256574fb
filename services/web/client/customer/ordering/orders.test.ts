import { describe, expect, test } from "bun:test";
import {
  type Order,
  OrderSchema,
  OrderStatus,
} from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { headlineOf, joined, restLabel } from "./order-words.ts";
import { linesWithout, newest, stateOf } from "./orders.ts";

const order = (fields: MessageInitShape<typeof OrderSchema> = {}): Order =>
  create(OrderSchema, {
    id: 17n,
    status: OrderStatus.PENDING,
    items: [
      { sku: "salad", quantity: 1 },
      { sku: "tiramisu", quantity: 3 },
    ],
    version: 1n,
    ...fields,
  });

const cancelled = (reason: string, missing: string[] = []) =>
  order({ status: OrderStatus.CANCELLED, reason, missing, version: 2n });

const names: Readonly<Record<string, string>> = { salad: "Garden salad", tiramisu: "Tiramisu" };
const nameOf = (sku: string) => names[sku] ?? sku;

describe("where an order stands", () => {
  test.each([
    ["pending", order()],
    ["confirmed", order({ status: OrderStatus.CONFIRMED })],
    ["sold-out", cancelled("insufficient stock", ["tiramisu"])],
    ["sold-out", cancelled("insufficient stock")],
    ["timed-out", cancelled("timed out")],
    ["cancelled", cancelled("cancelled by customer")],
    ["cancelled", cancelled("my friends are late")],
  ] as const)("is %s", (state, found) => {
    expect(stateOf(found)).toBe(state);
  });

  test("is what the latest reading says", () => {
    const confirmed = order({ status: OrderStatus.CONFIRMED, version: 2n });

    expect(newest(order(), confirmed, undefined)).toBe(confirmed);
    expect(newest(confirmed, order())).toBe(confirmed);
    expect(newest(undefined, undefined)).toBeUndefined();
  });
});

describe("what is left of an order that failed", () => {
  const short = cancelled("insufficient stock", ["tiramisu"]);
  const withLeft = (left: number) => linesWithout(short, () => left);

  test("is what can be had of it now", () => {
    expect(withLeft(2)).toEqual([
      { sku: "salad", quantity: 1 },
      { sku: "tiramisu", quantity: 2 },
    ]);
    expect(withLeft(0)).toEqual([{ sku: "salad", quantity: 1 }]);
    expect(withLeft(9)).toContainEqual({ sku: "tiramisu", quantity: 3 });
  });

  test("is named on the button that orders it", () => {
    expect(restLabel(short, withLeft(2), nameOf)).toBe("Order with 2 × Tiramisu");
    expect(restLabel(short, withLeft(0), nameOf)).toBe("Order without Tiramisu");
    const alone = order({
      status: OrderStatus.CANCELLED,
      missing: ["tiramisu"],
      items: [{ sku: "tiramisu", quantity: 3 }],
    });
    const one = linesWithout(alone, () => 1);
    expect(restLabel(alone, one, nameOf)).toBe("Order 1 × Tiramisu instead");
    const both = cancelled("insufficient stock", ["salad", "tiramisu"]);
    const fewer = linesWithout(both, (sku) => (sku === "salad" ? 0 : 2));
    expect(restLabel(both, fewer, nameOf)).toBe("Order 2 × Tiramisu instead");
  });
});

describe("what an order page says first", () => {
  const leadOf = (found: Order) => headlineOf(found, stateOf(found), nameOf).lead;

  test("names the dishes that are set aside, and the one that was too few", () => {
    const confirmed = order({ status: OrderStatus.CONFIRMED });
    const one = order({ status: OrderStatus.CONFIRMED, items: [{ sku: "salad", quantity: 1 }] });

    expect(leadOf(one)).toStartWith("1 × Garden salad is set aside");
    expect(leadOf(confirmed)).toStartWith("All its dishes are set aside");
    expect(leadOf(cancelled("insufficient stock", ["tiramisu"]))).toContain("enough Tiramisu left");
  });

  test("gives the reason that the customer gave", () => {
    expect(leadOf(cancelled("my friends are late"))).toContain("“my friends are late”");
    expect(leadOf(cancelled("cancelled by customer"))).toContain("You cancelled it");
  });

  test("joins words as people do", () => {
    expect(joined([])).toBe("");
    expect(joined(["a"])).toBe("a");
    expect(joined(["a", "b"])).toBe("a and b");
    expect(joined(["a", "b", "c"])).toBe("a, b and c");
  });
});
