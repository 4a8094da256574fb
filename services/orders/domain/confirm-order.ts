import type { Decision } from "./facts.ts";
import type { Order, Pricing } from "./order.ts";
import { stays } from "./transitions.ts";

/** What inventory set aside for an order. */
export interface Reservation {
  readonly items: readonly { readonly sku: string; readonly priceCents: number }[];
  readonly totalCents: number;
}

/**
 * Takes in the news that stock is reserved. Late or repeated news changes nothing.
 * Throws a fault when a line was reserved without a price: such news is about another order.
 */
export function confirmOrder(order: Order, reservation: Reservation, at: Date): Decision {
  if (stays(order.status, "stock_reserved")) return { order, facts: [] };

  const version = order.version + 1;
  const pricing = pricingOf(order, reservation);
  return {
    order: { ...order, status: "CONFIRMED", pricing, version, updatedAt: at },
    facts: [{ type: "OrderConfirmed", orderId: order.id, version, at }],
  };
}

function pricingOf({ id, lines }: Order, { items, totalCents }: Reservation): Pricing {
  const prices = new Map(items.map(({ sku, priceCents }) => [sku, priceCents]));
  const pricesCents = lines.map(({ sku }) => {
    const price = prices.get(sku);
    if (price === undefined) throw new Error(`order ${id} was reserved without a price of ${sku}`);
    return price;
  });
  return { pricesCents, totalCents };
}
