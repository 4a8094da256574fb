import type { OrderStatus } from "./order.ts";

/** What can happen to an order: news from inventory, its deadline, and its customer's request. */
export type Happening =
  | "stock_reserved"
  | "stock_rejected"
  | "deadline_passed"
  | "cancel_requested";

/**
 * What becomes of an order in each state at each happening; `stays` means that nothing changes and
 * nothing is stated. The table is total, so late, repeated and impossible news have an answer too.
 *
 * A cancelled order stays cancelled when its stock is reserved late: its OrderCancelled makes
 * inventory give the stock back, whichever of the two messages arrives first.
 */
export const transitions = {
  PENDING: {
    stock_reserved: "CONFIRMED",
    stock_rejected: "CANCELLED",
    deadline_passed: "CANCELLED",
    cancel_requested: "CANCELLED",
  },
  CONFIRMED: {
    stock_reserved: "stays",
    stock_rejected: "stays",
    deadline_passed: "stays",
    cancel_requested: "CANCELLED",
  },
  CANCELLED: {
    stock_reserved: "stays",
    stock_rejected: "stays",
    deadline_passed: "stays",
    cancel_requested: "stays",
  },
} as const satisfies Record<OrderStatus, Record<Happening, OrderStatus | "stays">>;

export function stays(status: OrderStatus, happening: Happening): boolean {
  return transitions[status][happening] === "stays";
}
