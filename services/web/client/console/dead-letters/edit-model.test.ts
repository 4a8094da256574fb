import { describe, expect, test } from "bun:test";
import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { sideBySide, typed, typingProblems, withAt } from "./edit-model.ts";

describe("a payload that is edited", () => {
  const payload = { sku: "soup", items: [{ sku: "soup" }, { sku: "bread", quantity: 2 }] };

  test("changes in one place, and the original stays", () => {
    const changed = withAt(payload, ["items", 0, "quantity"], "1");

    expect(changed).toEqual({
      sku: "soup",
      items: [
        { sku: "soup", quantity: "1" },
        { sku: "bread", quantity: 2 },
      ],
    });
    expect(payload.items[0]).toEqual({ sku: "soup" });
  });

  test("can lose and gain elements of a list", () => {
    expect(withAt(payload, ["items", 0], undefined).items).toEqual([{ sku: "bread", quantity: 2 }]);
    expect(withAt(payload, ["items", 2], { sku: "tea" }).items).toHaveLength(3);
    expect(withAt({}, ["items", 0], {})).toEqual({ items: [{}] });
    expect(withAt(payload, ["sku"], undefined)).toEqual({ items: payload.items });
  });

  test("is sent in the types of its contract", () => {
    const form = { orderId: "871", quantity: "2", items: [{ sku: "soup", quantity: "2" }] };

    expect(typed(OrderCreatedSchema, form)).toEqual({
      orderId: "871",
      quantity: 2,
      items: [{ sku: "soup", quantity: 2 }],
    });
  });

  test("says where a number is none", () => {
    const form = { orderId: "x", quantity: "2", items: [{ quantity: "one" }, { quantity: "" }] };

    expect(typingProblems(OrderCreatedSchema, form)).toEqual({
      order_id: "Must be a whole number.",
      "items[0].quantity": "Must be a whole number.",
      "items[1].quantity": "Must be a whole number.",
    });
  });
});

test("two payloads stand side by side, path by path", () => {
  const before = { sku: "soup", quantity: 1, items: [{ sku: "soup" }] };
  const after = { sku: "soup", quantity: 2, items: [{ sku: "soup", quantity: 1 }] };

  expect(sideBySide(before, after)).toEqual([
    { path: "sku", before: '"soup"', after: '"soup"' },
    { path: "quantity", before: "1", after: "2" },
    { path: "items[0].sku", before: '"soup"', after: '"soup"' },
    { path: "items[0].quantity", before: undefined, after: "1" },
  ]);
});
