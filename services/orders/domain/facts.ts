import type { Order, OrderLine } from "./order.ts";

interface FactCore {
  readonly orderId: bigint;
  /** The order's version with this fact. */
  readonly version: number;
  readonly at: Date;
}

export interface OrderCreated extends FactCore {
  readonly type: "OrderCreated";
  readonly userId: string;
  readonly lines: readonly [OrderLine, ...OrderLine[]];
}

export interface OrderConfirmed extends FactCore {
  readonly type: "OrderConfirmed";
}

export interface OrderCancelled extends FactCore {
  readonly type: "OrderCancelled";
  readonly reason: string;
}

/** What a decision states about an order; each becomes one message. */
export type OrderFact = OrderCreated | OrderConfirmed | OrderCancelled;

/** An order after a decision, with the facts that brought it there: none when nothing changed. */
export interface Decision {
  readonly order: Order;
  readonly facts: readonly OrderFact[];
}
