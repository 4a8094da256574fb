import { Refusal } from "@app/platform/errors.ts";
import { requireJsonObject } from "@app/platform/json-body.ts";
import { operatorOf } from "@app/platform/messaging/ops-access.ts";
import { Elysia } from "elysia";
import { readOrderRequest } from "../domain/order-request.ts";
import { placeOrder } from "../domain/place-order.ts";
import { addUnreadableOrder } from "../store/add-unreadable-order.ts";
import type { OrdersApi } from "../store/orders-api.ts";
import { PlacedOrderView } from "./order-view.ts";

const DEADLINE_MAX_SECONDS = 2_000_000_000;

/** What only demo data needs, for operators of a service that was started with DEMO=on. */
export const demoRoutes = ({ db, orderIds, clock }: OrdersApi) =>
  new Elysia({ prefix: "/ops/v1/demo" }).post(
    "/unreadable-orders",
    async ({ body, request, set, status }) => {
      const actor = operatorOf(request);
      const { deadlineSeconds, ...wanted } = requireJsonObject(body);
      const placed = placeOrder(readOrderRequest(wanted), {
        id: await orderIds.next(),
        at: clock.now(),
      });
      await addUnreadableOrder(db, placed, {
        deadlineSeconds: readDeadline(deadlineSeconds),
        actor,
      });
      set.headers.location = `/v1/orders/${placed.order.id}`;
      return status(201, { id: Number(placed.order.id) });
    },
    { response: { 201: PlacedOrderView } },
  );

function readDeadline(value: unknown): number {
  const isWhole = typeof value === "number" && Number.isInteger(value);
  if (isWhole && value > 0 && value <= DEADLINE_MAX_SECONDS) return value;
  throw new Refusal(
    "invalid",
    "invalid_deadlineseconds",
    `deadlineSeconds must be an integer from 1 to ${DEADLINE_MAX_SECONDS}`,
  );
}
