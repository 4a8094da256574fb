import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { ownerFor, ownerSeenBy } from "@app/platform/owner.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { cancelOrder } from "../domain/cancel-order.ts";
import { readCancelReason } from "../domain/cancel-request.ts";
import { readListRequest } from "../domain/list-request.ts";
import type { Order } from "../domain/order.ts";
import { readOrderRequest } from "../domain/order-request.ts";
import { acceptOrder } from "../store/accept-order.ts";
import { changeOrder } from "../store/change-order.ts";
import { findOrder } from "../store/find-order.ts";
import { listOrders } from "../store/list-orders.ts";
import { decisionWithin, orderCancelled } from "../store/order-changes.ts";
import type { OrdersApi } from "../store/orders-api.ts";
import { readOrderId } from "./order-id.ts";
import { orderStream } from "./order-stream.ts";
import { OrderListView, OrderView, PlacedOrderView, viewOf } from "./order-view.ts";
import { preferredWait } from "./prefer-wait.ts";

/** Each route parses, calls the store and presents; refusals are mapped outside. */
export const orderRoutes = (api: OrdersApi) =>
  new Elysia({ prefix: "/v1/orders" })
    .post(
      "/",
      async ({ body, request, set, status }) => {
        const context = contextOf(request);
        const wanted = readOrderRequest(body, context.caller?.subject);
        const key = idempotencyKey(request.headers.get("idempotency-key"));
        const seconds = preferredWait(request.headers.get("prefer"));

        const { id, replayed } = await acceptOrder(api, wanted, { idempotencyKey: key });
        set.headers.location = `/v1/orders/${id}`;
        if (replayed) set.headers["idempotency-replayed"] = "true";
        const answer = { id: Number(id) };
        if (seconds === undefined) return status(202, answer);

        set.headers["preference-applied"] = `wait=${seconds}`;
        const order = await decisionWithin(api, id, {
          seconds,
          request: context,
          isNew: !replayed,
        });
        if (order?.status === "CANCELLED") throw orderCancelled(order);
        return status(order?.status === "CONFIRMED" ? 201 : 202, answer);
      },
      { response: { 201: PlacedOrderView, 202: PlacedOrderView } },
    )
    .get(
      "/",
      async ({ query, request }) => {
        const owner = ownerSeenBy(contextOf(request).caller);
        const wanted = readListRequest(query);
        const page = await listOrders(api.db, { ...wanted, userId: owner ?? wanted.userId });
        return { orders: page.orders.map(viewOf), nextCursor: page.nextCursor ?? null };
      },
      { response: OrderListView },
    )
    .get(
      "/:id",
      async ({ params, request }) => {
        const ownedBy = ownerSeenBy(contextOf(request).caller);
        return viewOf(await findOrder(api.db, readOrderId(params.id), { ownedBy }));
      },
      { response: OrderView },
    )
    .post(
      "/:id/cancel",
      async ({ params, body, request }) => {
        const id = readOrderId(params.id);
        const reason = readCancelReason(body ?? {});
        const ownedBy = ownerFor(contextOf(request).caller);
        const now = api.clock.now();
        const cancel = (order: Order) => cancelOrder(order, reason, now);
        const order = await changeOrder(api.db, { id, ownedBy }, cancel);
        api.changes.changed(String(id), order);
        return viewOf(order);
      },
      { response: OrderView },
    )
    .get("/:id/stream", async ({ params, request }) => {
      const ownedBy = ownerSeenBy(contextOf(request).caller);
      const order = await findOrder(api.db, readOrderId(params.id), { ownedBy });
      return orderStream(api, order, request);
    });
