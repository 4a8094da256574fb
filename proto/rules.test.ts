import { describe, expect, test } from "bun:test";
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import {
  InventoryRejectedSchema,
  InventoryReservedSchema,
} from "./gen/inventory/v1/inventory_messages_pb.ts";
import {
  ReserveStockRequestSchema,
  WatchStockRequestSchema,
} from "./gen/inventory/v1/inventory_pb.ts";
import { OrderCancelledSchema, OrderCreatedSchema } from "./gen/orders/v1/order_messages_pb.ts";
import {
  GetOrderRequestSchema,
  ListOrdersRequestSchema,
} from "./gen/orders/v1/orders_service_pb.ts";

const validator = createValidator();

/** All that trimming removes. */
const BLANKS = "\t\n\v\f\r \u00a0\u1680\u2000\u2028\u2029\u202f\u205f\u3000\ufeff";

describe("the rules of requests", () => {
  test.each([
    ["no sku", { sku: "", quantity: 1 }, "sku is required"],
    ["a blank sku", { sku: " \t", quantity: 1 }, "sku is required"],
    ["a sku of blanks from all over Unicode", { sku: BLANKS, quantity: 1 }, "sku is required"],
    ["no sku before no quantity", {}, "sku is required"],
    ["a long sku", { sku: "x".repeat(65), quantity: 1 }, "sku is too long"],
    ["a sku with NUL", { sku: "a\0", quantity: 1 }, "sku must not contain NUL"],
    ["nothing", { sku: "burger", quantity: 0 }, "quantity must be > 0"],
    ["less than nothing", { sku: "burger", quantity: -1 }, "quantity must be > 0"],
    ["too much", { sku: "burger", quantity: 1_000_001 }, "quantity is too large"],
    ["a negative order", { sku: "burger", quantity: 1, orderId: -1n }, "invalid id"],
  ])("refuse to reserve %s", (_, init, text) => {
    expect(violationsOf(ReserveStockRequestSchema, init)[0]?.message).toBe(text);
  });

  test("accept what is at the limits, counted in characters", () => {
    const request = { sku: "\u{1f355}".repeat(64), quantity: 1_000_000 };

    expect(violationsOf(ReserveStockRequestSchema, request)).toEqual([]);
  });

  test("refuse ids, pages and lists out of range with their texts", () => {
    const text = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) =>
      violationsOf(schema, init)[0]?.message;

    expect(text(GetOrderRequestSchema, { orderId: 0n })).toBe("invalid id");
    expect(text(ListOrdersRequestSchema, { userId: "\0" })).toBe("userId must not contain NUL");
    expect(text(ListOrdersRequestSchema, { limit: 101 })).toBe("limit must be 1 to 100");
    expect(text(ListOrdersRequestSchema, { status: 4 as never })).toBe("status is unknown");
    expect(text(WatchStockRequestSchema, {})).toBe("skus must have 1 to 100 entries");
    expect(text(WatchStockRequestSchema, { skus: ["burger", ""] })).toBe("sku is required");
  });
});

describe("the rules of messages", () => {
  const envelope = {
    eventId: "01932b9e-5c1e-7c3a-9f52-0f4b8a3f6d11",
    time: timestampFromDate(new Date("2026-01-01T12:00:00Z")),
    orderId: 1n,
  };
  const created = {
    ...envelope,
    userId: "ada",
    sku: "burger",
    quantity: 2,
    items: [
      { sku: "burger", quantity: 2 },
      { sku: "pizza", quantity: 1 },
    ],
  };
  const reserved = {
    ...envelope,
    reserved: true,
    items: [{ sku: "burger", quantity: 2, priceCents: 899n }],
    totalCents: 1798n,
  };
  const rejected = { ...envelope, reason: "insufficient stock", missing: ["burger"] };

  test("accept what our services announce", () => {
    expect(broken(OrderCreatedSchema, created)).toEqual([]);
    expect(broken(OrderCancelledSchema, { ...envelope, reason: "timed out" })).toEqual([]);
    expect(broken(InventoryReservedSchema, reserved)).toEqual([]);
    expect(broken(InventoryRejectedSchema, rejected)).toEqual([]);
  });

  test("refuse a message without id, time, order or lines", () => {
    const { time: _, ...withoutTime } = created;

    expect(broken(OrderCreatedSchema, { ...created, eventId: "" })).toEqual(["event_id"]);
    expect(broken(OrderCreatedSchema, withoutTime)).toEqual(["time"]);
    expect(broken(OrderCreatedSchema, { ...created, orderId: 0n })).toEqual(["order_id"]);
    expect(broken(OrderCreatedSchema, { ...created, items: [] })).toEqual(["items"]);
  });

  test("refuse lines that are too many, twice the same or out of range", () => {
    const lines = Array.from({ length: 51 }, (_, n) => ({ sku: `sku-${n}`, quantity: 1 }));
    const twice = [...lines.slice(0, 1), ...lines.slice(0, 1)];

    expect(broken(OrderCreatedSchema, { ...created, items: lines })).toEqual(["items"]);
    expect(broken(OrderCreatedSchema, { ...created, items: twice })).toEqual(["items"]);
    expect(broken(OrderCreatedSchema, { ...created, items: [{ sku: "", quantity: 0 }] })).toEqual([
      "items[0].sku",
      "items[0].quantity",
    ]);
  });

  test("refuse an outcome that contradicts its name", () => {
    expect(broken(InventoryReservedSchema, { ...reserved, reserved: false })).toEqual(["reserved"]);
    expect(broken(InventoryReservedSchema, { ...reserved, missing: ["x"] })).toEqual(["missing"]);
    expect(broken(InventoryRejectedSchema, { ...rejected, reserved: true })).toEqual(["reserved"]);
    expect(broken(InventoryRejectedSchema, { ...rejected, totalCents: 1n })).toEqual([
      "total_cents",
    ]);
  });
});

/** The paths of the fields that break a rule. */
function broken<D extends DescMessage>(schema: D, init: MessageInitShape<D>): readonly string[] {
  return violationsOf(schema, init).map(({ path }) => path);
}

function violationsOf<D extends DescMessage>(schema: D, init: MessageInitShape<D>) {
  const result = validator.validate(schema, create(schema, init));
  if (result.kind === "error") throw result.error;
  return (result.violations ?? []).map(({ message, field }) => ({
    message,
    path: pathToString(field),
  }));
}
