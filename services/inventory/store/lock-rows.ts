import type { Transaction } from "@app/platform/postgres.ts";
import {
  columnsOf,
  type RawRow,
  rowReader,
  statement,
  unmeasured,
} from "@app/platform/statement.ts";
import { sql } from "drizzle-orm";
import type { Item } from "../domain/item.ts";
import type { Reservation } from "../domain/reservation.ts";
import { itemFromRow } from "./item-row.ts";
import { reservationFromRow } from "./reservation-row.ts";
import { items, reservations } from "./tables.ts";

/**
 * Locks items by sku, the named ones and those of the lines of the named reservations, and returns
 * what they are now. Those lines are read unlocked: they never change once they are written.
 */
export async function lockItems(
  tx: Transaction,
  named: { readonly skus: readonly string[]; readonly reservationIds: readonly string[] },
): Promise<readonly Item[]> {
  if (named.skus.length === 0 && named.reservationIds.length === 0) return [];
  const rows = await tx.send(itemsForUpdate, named);
  return rows.map((row) => itemFromRow(readItem(row)));
}

/** Locks reservations by id and returns those that exist. Items come before them, never after. */
export async function lockReservations(
  tx: Transaction,
  ids: readonly string[],
): Promise<readonly Reservation[]> {
  if (ids.length === 0) return [];
  const rows = await tx.send(reservationsForUpdate, { ids });
  return rows.map((row) => reservationFromRow(readReservation(row)));
}

interface NamedItems {
  readonly skus: readonly string[];
  readonly reservationIds: readonly string[];
}

/** The skus are made an array first, for the index to be asked by it. */
const itemsForUpdate = statement<NamedItems, RawRow>(
  ({ skus, reservationIds }) => sql`
    select ${columnsOf(items)} from ${items} where ${items.sku} = any(array(
      select unnest(${unmeasured(skus, "text")})
      union all
      select coalesce(line.sku, ${reservations.sku}) from ${reservations}
      left join lateral jsonb_to_recordset(${reservations.lines}) as line(sku text) on true
      where ${reservations.id} = any(${unmeasured(reservationIds, "text")})
    )) order by ${items.sku} for update of ${items}`,
);

const reservationsForUpdate = statement<{ readonly ids: readonly string[] }, RawRow>(
  ({ ids }) => sql`
    select ${columnsOf(reservations)} from ${reservations}
    where ${reservations.id} = any(${unmeasured(ids, "text")})
    order by ${reservations.id} for update`,
);

const readItem = rowReader(items);
const readReservation = rowReader(reservations);
