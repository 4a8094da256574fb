import type { Transaction } from "@app/platform/postgres.ts";
import { asc, sql } from "drizzle-orm";
import type { Item } from "../domain/item.ts";
import type { Reservation } from "../domain/reservation.ts";
import { itemColumns, itemFromRow } from "./item-row.ts";
import { reservationFromRow } from "./reservation-row.ts";
import { items, reservations } from "./tables.ts";
import { texts } from "./texts.ts";

/**
 * Locks items by sku, the named ones and those of the lines of the named reservations, and returns
 * what they are now. Those lines are read unlocked: they never change once they are written.
 */
export async function lockItems(
  tx: Transaction,
  named: { readonly skus: readonly string[]; readonly reservationIds: readonly string[] },
): Promise<readonly Item[]> {
  if (named.skus.length === 0 && named.reservationIds.length === 0) return [];
  // Made an array first, for the index to be asked by it.
  const wanted = sql`array(
    select unnest(${texts(named.skus)})
    union all
    select coalesce(line.sku, ${reservations.sku}) from ${reservations}
    left join lateral jsonb_to_recordset(${reservations.lines}) as line(sku text) on true
    where ${reservations.id} = any(${texts(named.reservationIds)})
  )`;
  const rows = await tx.q
    .select(itemColumns)
    .from(items)
    .where(sql`${items.sku} = any(${wanted})`)
    .orderBy(asc(items.sku))
    .for("update", { of: items });
  return rows.map(itemFromRow);
}

/** Locks reservations by id and returns those that exist. Items come before them, never after. */
export async function lockReservations(
  tx: Transaction,
  ids: readonly string[],
): Promise<readonly Reservation[]> {
  if (ids.length === 0) return [];
  const rows = await tx.q
    .select()
    .from(reservations)
    .where(sql`${reservations.id} = any(${texts(ids)})`)
    .orderBy(asc(reservations.id))
    .for("update");
  return rows.map(reservationFromRow);
}
