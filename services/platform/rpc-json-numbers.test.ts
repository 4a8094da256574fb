import { expect, test } from "bun:test";
import { ReserveStockRequestSchema } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { CreateOrderRequestSchema } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { numberSentAsText } from "./rpc-json-numbers.ts";

test.each([
  [{ sku: "1", quantity: "1" }, "quantity"],
  [{ sku: "1", quantity: 1, orderId: "7" }, undefined],
  [{ sku: "1", quantity: 1, order_id: "7" }, undefined],
  [{ quantity: null }, undefined],
  [{ quantity: {} }, undefined],
  [{}, undefined],
  [[], undefined],
  ["quantity", undefined],
  [null, undefined],
])("in %j of a flat message, a number sent as a text is %p", (json, found) => {
  expect(numberSentAsText(ReserveStockRequestSchema, json)).toBe(found);
});

test.each([
  [{ items: [{ quantity: 1 }, { quantity: "2" }] }, "quantity"],
  [{ items: [{ quantity: 1 }], wait: "5" }, "wait"],
  [{ items: [{ quantity: 1 }], note: "5" }, undefined],
  [{ items: "2" }, undefined],
])("in %j of a message with lines, a number sent as a text is %p", (json, found) => {
  expect(numberSentAsText(CreateOrderRequestSchema, json)).toBe(found);
});
