import { expect, test } from "bun:test";
import { misdescribed } from "@app/platform/testing/described-body.ts";
import { readCancelReason } from "../domain/cancel-request.ts";
import { readOrderRequest } from "../domain/order-request.ts";
import { ordersNotes } from "./call-notes.ts";

test("what is said of bodies is what is read", () => {
  const { calls } = ordersNotes;

  expect(misdescribed(calls["POST /v1/orders"], readOrderRequest)).toEqual([]);
  expect(misdescribed(calls["POST /v1/orders/:id/cancel"], readCancelReason)).toEqual([]);
});
