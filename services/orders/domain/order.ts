/** Where an order stands. It starts PENDING; `transitions.ts` says where it may go. */
export type OrderStatus = Order["status"];

/** One line of an order: a sku and how many pieces of it. */
export interface OrderLine {
  readonly sku: string;
  /** Whole pieces, 1 to 1 000 000. */
  readonly quantity: number;
}

/** What inventory asked for the goods when it reserved them. Integer cents. */
export interface Pricing {
  /** The price of one piece of each line, in the order of the lines. */
  readonly pricesCents: readonly number[];
  readonly totalCents: number;
}

interface OrderCore {
  readonly id: bigint;
  readonly userId: string;
  readonly note: string;
  /** 1 to 50, in the order given, with distinct skus. */
  readonly lines: readonly [OrderLine, ...OrderLine[]];
  readonly createdAt: Date;
  /** 1 for a new order, one more with each fact. */
  readonly version: number;
}

/** Accepted; the stock is not decided yet. */
export interface PendingOrder extends OrderCore {
  readonly status: "PENDING";
}

/** Every line is reserved. */
export interface ConfirmedOrder extends OrderCore {
  readonly status: "CONFIRMED";
  readonly pricing: Pricing;
  readonly updatedAt: Date;
}

/** Void; nothing is reserved, or what was reserved is on its way back. */
export interface CancelledOrder extends OrderCore {
  readonly status: "CANCELLED";
  readonly reason: string;
  /** Every sku that was unknown or too few, when that is the reason. */
  readonly missing: readonly string[];
  /** Known when the order was confirmed before. */
  readonly pricing: Pricing | undefined;
  readonly updatedAt: Date;
}

export type Order = PendingOrder | ConfirmedOrder | CancelledOrder;

/** When the order became what it is. */
export function lastChangedAt(order: Order): Date {
  return isDecided(order) ? order.updatedAt : order.createdAt;
}

/** Whether nothing but the customer can change the order any more. */
export function isDecided(order: Order): order is ConfirmedOrder | CancelledOrder {
  return order.status !== "PENDING";
}
