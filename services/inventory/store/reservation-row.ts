import type { Line, PricedLine, Reservation } from "../domain/reservation.ts";
import { reservationId } from "../domain/reservation.ts";
import type { reservations } from "./tables.ts";

export type ReservationRow = typeof reservations.$inferSelect;

/** What a new reservation is stored as: the first line in columns, all of them when they are several. */
export function reservationToRow(reservation: Reservation): typeof reservations.$inferInsert {
  const { source, ref, state, lines, version } = reservation;
  const first: Partial<PricedLine> | undefined = lines[0];
  const rejected = state === "REJECTED";
  return {
    id: reservationId(reservation),
    source,
    ref,
    state,
    sku: first?.sku ?? null,
    quantity: first?.quantity ?? null,
    priceCents: first?.priceCents ?? null,
    lines: lines.length > 1 ? lines : null,
    totalCents: rejected ? null : reservation.totalCents,
    reason: rejected ? reservation.reason : null,
    missing: rejected ? reservation.missing : null,
    version,
  };
}

export function reservationFromRow(row: ReservationRow): Reservation {
  const { source, ref, state, version } = row;
  if (state === "REJECTED")
    return {
      source,
      ref,
      state,
      version,
      lines: linesOf(row).map(({ sku, quantity }) => ({ sku, quantity })),
      reason: row.reason ?? "",
      missing: row.missing ?? [],
    };
  return {
    source,
    ref,
    state,
    version,
    lines: linesOf(row).map((line) => ({ priceCents: 0, ...line })),
    totalCents: row.totalCents ?? 0,
  };
}

/** A mark that came before its reserve has no line; a rejected line has no price. */
function linesOf(row: ReservationRow): readonly (Line | PricedLine)[] {
  const { lines, sku, quantity, priceCents } = row;
  if (lines !== null) return lines;
  if (sku === null || quantity === null) return [];
  return [priceCents === null ? { sku, quantity } : { sku, quantity, priceCents }];
}
