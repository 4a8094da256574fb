import { OrderStatus, type OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { ownerFor, ownerSeenBy } from "@app/platform/owner.ts";
import { rpcRequest } from "@app/platform/rpc-context.ts";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { cancelOrder } from "../domain/cancel-order.ts";
import { readCancelReason } from "../domain/cancel-request.ts";
import { readListRequest } from "../domain/list-request.ts";
import { isDecided, type Order } from "../domain/order.ts";
import { changeOrder } from "../store/change-order.ts";
import { findOrder } from "../store/find-order.ts";
import { listOrders } from "../store/list-orders.ts";
import type { OrdersApi } from "../store/orders-api.ts";
import { createOrder } from "./create-order.ts";
import { statusText, toProto } from "./order-proto.ts";

/** The contract's comments live in `orders_service.proto`; this file only says how each call is met. */
export const ordersService = (api: OrdersApi): ServiceImpl<typeof OrdersService> => ({
  createOrder: (request, context) => createOrder(api, request, context),

  async getOrder({ orderId }, context) {
    return { order: toProto(await findOrder(api.db, orderId, { ownedBy: seenBy(context) })) };
  },

  async listOrders({ userId, status, sku, cursor, limit }, context) {
    const wanted = readListRequest({
      userId,
      status: status === OrderStatus.UNSPECIFIED ? undefined : statusText(status),
      sku,
      cursor,
      limit: limit === 0 ? undefined : String(limit),
    });
    const page = await listOrders(api.db, { ...wanted, userId: seenBy(context) ?? wanted.userId });
    return { orders: page.orders.map(toProto), nextCursor: page.nextCursor ?? "" };
  },

  async cancelOrder({ orderId, reason }, context) {
    const given = readCancelReason({ reason });
    const now = api.clock.now();
    const cancel = (order: Order) => cancelOrder(order, given, now);
    const order = await changeOrder(api.db, { id: orderId, ownedBy: ownerOf(context) }, cancel);
    api.changes.changed(String(orderId), order);
    return { order: toProto(order) };
  },

  async *watchOrder({ orderId }, context) {
    await findOrder(api.db, orderId, { ownedBy: seenBy(context) });
    for await (const order of api.changes.watch(String(orderId), { signal: context.signal })) {
      yield { order: toProto(order) };
      if (isDecided(order)) return;
    }
  },
});

/** The one user whose orders the caller may change, or undefined for all. */
function ownerOf({ values }: HandlerContext): string | undefined {
  return ownerFor(values.get(rpcRequest).caller);
}

/** The same of those that it may look at. */
function seenBy({ values }: HandlerContext): string | undefined {
  return ownerSeenBy(values.get(rpcRequest).caller);
}
