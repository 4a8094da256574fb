import type { Decision } from "./facts.ts";
import type { Order } from "./order.ts";
import { type Happening, stays } from "./transitions.ts";

/** Inventory's no. */
export interface Rejection {
  readonly reason: string;
  readonly missing: readonly string[];
}

/** Cancels a pending or confirmed order for its customer. A cancelled one is answered unchanged. */
export function cancelOrder(order: Order, reason: string, at: Date): Decision {
  return cancelledBy("cancel_requested", order, { reason, missing: [], at });
}

/** Takes in the news that stock is refused. Late or repeated news changes nothing. */
export function rejectOrder(order: Order, rejection: Rejection, at: Date): Decision {
  return cancelledBy("stock_rejected", order, { ...rejection, at });
}

/** Takes in that the deadline has passed. A decided order has met it and stays as it is. */
export function timeOutOrder(order: Order, at: Date): Decision {
  return cancelledBy("deadline_passed", order, { reason: "timed out", missing: [], at });
}

function cancelledBy(
  happening: Happening,
  order: Order,
  { reason, missing, at }: Rejection & { readonly at: Date },
): Decision {
  if (stays(order.status, happening)) return { order, facts: [] };

  const version = order.version + 1;
  const pricing = order.status === "PENDING" ? undefined : order.pricing;
  return {
    order: { ...order, status: "CANCELLED", reason, missing, pricing, version, updatedAt: at },
    facts: [{ type: "OrderCancelled", orderId: order.id, version, at, reason }],
  };
}
