import type { OrderCreated } from "./facts.ts";
import type { PendingOrder } from "./order.ts";
import type { OrderRequest } from "./order-request.ts";

/** A new order and the one fact it starts with. */
export interface PlacedOrder {
  readonly order: PendingOrder;
  readonly facts: readonly [OrderCreated];
}

/** Accepts a request that passed its checks. Whether the goods are there is inventory's to say. */
export function placeOrder(
  request: OrderRequest,
  { id, at }: { readonly id: bigint; readonly at: Date },
): PlacedOrder {
  const { userId, lines } = request;
  return {
    order: { ...request, id, status: "PENDING", createdAt: at, version: 1 },
    facts: [{ type: "OrderCreated", orderId: id, version: 1, at, userId, lines }],
  };
}
