import type { Ledger, LedgerRow } from "@app/platform/messaging/invariant.ts";
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ReservationRow } from "./reservation-row.ts";
import { reservations } from "./tables.ts";

/** Reservations of orders, by the order's id as text, lines as `burger×2 pizza×1`. */
export const reservationsLedger: Ledger = {
  name: "reservations",

  async page({ q }, { after, limit }) {
    const rows = await q
      .select(columns)
      .from(reservations)
      .where(
        and(
          eq(reservations.source, "order"),
          gt(reservations.id, after === undefined ? "order/" : `order/${after}`),
        ),
      )
      .orderBy(asc(reservations.id))
      .limit(limit);
    return rows.map(ledgerRow);
  },

  async find({ q }, ids) {
    const keys = ids.map((id) => `order/${id}`);
    const rows = await q
      .select(columns)
      .from(reservations)
      .where(sql`${reservations.id} = any(${sql.param(keys)}::text[])`);
    return rows.map(ledgerRow);
  },
};

const columns = {
  ref: reservations.ref,
  state: reservations.state,
  sku: reservations.sku,
  quantity: reservations.quantity,
  lines: reservations.lines,
};

function ledgerRow({
  ref,
  state,
  sku,
  quantity,
  lines,
}: Pick<ReservationRow, keyof typeof columns>): LedgerRow {
  const all = lines ?? (sku === null ? [] : [{ sku, quantity }]);
  return { id: ref, state, content: all.map((line) => `${line.sku}×${line.quantity}`).join(" ") };
}
