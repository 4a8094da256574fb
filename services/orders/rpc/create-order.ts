import {
  type CreateOrderRequest,
  type CreateOrderResponse,
  CreateOrderResponseSchema,
  OrderSchema,
} from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { rpcRequest } from "@app/platform/rpc-context.ts";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { Order } from "../domain/order.ts";
import { readOrderRequest } from "../domain/order-request.ts";
import { acceptOrder } from "../store/accept-order.ts";
import { findOrder } from "../store/find-order.ts";
import { decisionWithin, orderCancelled, WAIT_MAX_SECONDS } from "../store/order-changes.ts";
import type { OrdersApi } from "../store/orders-api.ts";
import { toProto } from "./order-proto.ts";

/** Accepts an order, and holds the answer back for as long as the request asks. */
export async function createOrder(
  api: OrdersApi,
  request: CreateOrderRequest,
  { values, requestHeader, responseHeader }: HandlerContext,
): Promise<CreateOrderResponse> {
  const context = values.get(rpcRequest);
  const wanted = readOrderRequest(fieldsOf(request), context.caller?.subject);
  const key = idempotencyKey(requestHeader.get("idempotency-key"));

  const { id: orderId, replayed } = await acceptOrder(api, wanted, { idempotencyKey: key });
  if (replayed) responseHeader.set("idempotency-replayed", "true");
  if (request.wait <= 0) return create(CreateOrderResponseSchema, { orderId });

  const seconds = Math.min(request.wait, WAIT_MAX_SECONDS);
  const order = await decisionWithin(api, orderId, {
    seconds,
    request: context,
    isNew: !replayed,
  });
  if (order?.status === "CANCELLED") throw cancelledError(order);
  const seen = order ?? (await findOrder(api.db, orderId));
  return create(CreateOrderResponseSchema, { orderId, order: toProto(seen) });
}

/**
 * The request as the domain reads it. The wire does not tell an empty field from a missing one, so
 * empty counts as missing, which is what the domain says about it anyway.
 */
function fieldsOf({ userId, sku, quantity, items, note }: CreateOrderRequest): object {
  const oneLine = { ...(sku === "" ? {} : { sku }), ...(quantity === 0 ? {} : { quantity }) };
  const lines = items.map((item) => ({ sku: item.sku, quantity: item.quantity }));
  return { userId, note, ...oneLine, ...(lines.length === 0 ? {} : { items: lines }) };
}

/** The refusal of REST with the order itself, which JSON documents cannot carry as a message. */
function cancelledError(order: Extract<Order, { status: "CANCELLED" }>): ConnectError {
  const refusal = orderCancelled(order);
  const { reason } = refusal;
  const members = { id: Number(order.id), missing: [...order.missing] };
  return new ConnectError(refusal.message, Code.FailedPrecondition, undefined, [
    { desc: OrderSchema, value: toProto(order) },
    { desc: RefusalDetailSchema, value: { reason, members } },
  ]);
}
