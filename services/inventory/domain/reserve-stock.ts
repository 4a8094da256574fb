import { type Decision, type Seen, unchanged } from "./decision.ts";
import type { Item } from "./item.ts";
import type { HeldReservation, Line, PricedLine, RejectedReservation } from "./reservation.ts";
import { reserving } from "./stock.ts";

export const INSUFFICIENT_STOCK = "insufficient stock";

/**
 * Sets all lines aside at the menu's prices, or none of them. An order reserves once: whatever
 * is known of its reservation, a release that came first included, stands, and nothing is stated.
 */
export function reserveStock(seen: Seen, lines: readonly Line[]): Decision {
  if (seen.reservation) return unchanged(seen);

  const missing = lines.filter((line) => !covers(seen.itemOf(line.sku), line));
  return missing.length === 0 ? reserved(seen, lines) : rejected(seen, lines, missing);
}

/** Whether an item can give this many pieces now. */
export function covers(item: Item | undefined, { quantity }: Line): item is Item {
  return item !== undefined && !item.deleted && item.stock.available >= quantity;
}

export function totalOf(lines: readonly PricedLine[]): number {
  return lines.reduce((total, { quantity, priceCents }) => total + quantity * priceCents, 0);
}

function reserved({ key, itemOf }: Seen, lines: readonly Line[]): Decision {
  const priced = lines.map(({ sku, quantity }) => ({
    sku,
    quantity,
    priceCents: itemOf(sku)?.priceCents ?? 0,
  }));
  const reservation: HeldReservation = {
    ...key,
    state: "RESERVED",
    lines: priced,
    totalCents: totalOf(priced),
    version: 1,
  };
  return { reservation, move: reserving, facts: [{ type: "StockReserved", reservation }] };
}

function rejected({ key }: Seen, lines: readonly Line[], missing: readonly Line[]): Decision {
  const reservation: RejectedReservation = {
    ...key,
    state: "REJECTED",
    lines,
    reason: INSUFFICIENT_STOCK,
    missing: missing.map(({ sku }) => sku),
    version: 1,
  };
  return { reservation, facts: [{ type: "StockRejected", reservation }] };
}
