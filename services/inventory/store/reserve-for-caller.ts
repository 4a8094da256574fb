import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, eq, gte, isNull, sql } from "drizzle-orm";
import { repeatReservation } from "../domain/repeat-reservation.ts";
import {
  type Line,
  type Reservation,
  type ReservationKey,
  reservationId,
} from "../domain/reservation.ts";
import { INSUFFICIENT_STOCK } from "../domain/reserve-stock.ts";
import { reservationFromRow } from "./reservation-row.ts";
import { items, reservations } from "./tables.ts";

/** Whether pieces were set aside just now, or had been before under the same key. */
export interface CallersReservation {
  readonly id: string;
  readonly repeated: boolean;
}

/**
 * Reserves one line for a caller of ReserveStock, who is told at once: a refusal stores nothing and
 * announces nothing, so that the call can be tried again. Idempotent by its key: of any number of
 * concurrent calls one reserves, and all get the same answer.
 */
export async function reserveForCaller(
  db: Database,
  key: ReservationKey,
  line: Line,
): Promise<CallersReservation> {
  const id = reservationId(key);
  if (await take(db, key, line)) return { id, repeated: false };

  // Nothing was taken: the key is in use, also by a call that committed while this one waited for
  // the item and perhaps took its last piece, or the pieces are too few.
  const earlier = await findReservation(db, id);
  if (!earlier) throw new Refusal("insufficient", "insufficient_stock", INSUFFICIENT_STOCK);
  repeatReservation(earlier, line);
  return { id, repeated: true };
}

/** A reservation as it is at this moment. */
export async function findReservation(db: Database, id: string): Promise<Reservation | undefined> {
  const [row] = await db.q.select().from(reservations).where(eq(reservations.id, id));
  return row && reservationFromRow(row);
}

/**
 * One statement, in the order in which everybody locks: the item when it has enough, then the
 * reservation unless its key is taken, then the stock only for a reservation that was made.
 */
async function take(db: Database, key: ReservationKey, { sku, quantity }: Line): Promise<boolean> {
  const { q } = db;
  const item = q.$with("item").as(
    q
      .select({ sku: items.sku, priceCents: items.priceCents })
      .from(items)
      .where(and(eq(items.sku, sku), isNull(items.deletedAt), gte(items.available, quantity)))
      .for("update"),
  );
  const total = sql<number>`${item.priceCents} * ${quantity}::int`;
  const reservation = q.$with("reservation").as(
    q
      .insert(reservations)
      .select(
        q
          .select({
            id: sql<string>`${reservationId(key)}::text`.as("id"),
            source: sql<typeof key.source>`${key.source}::text`.as("source"),
            ref: sql<string>`${key.ref}::text`.as("ref"),
            state: sql<Reservation["state"]>`'RESERVED'`.as("state"),
            sku: item.sku,
            quantity: sql<number>`${quantity}::int`.as("quantity"),
            priceCents: item.priceCents,
            lines: sql<null>`null::jsonb`.as("lines"),
            totalCents: total.as("total_cents"),
            reason: sql<null>`null::text`.as("reason"),
            missing: sql<null>`null::jsonb`.as("missing"),
            version: sql<number>`0::bigint`.as("version"),
            createdAt: sql<Date>`now()`.as("created_at"),
            updatedAt: sql<Date>`now()`.as("updated_at"),
          })
          .from(item),
      )
      .onConflictDoNothing()
      .returning({ sku: reservations.sku }),
  );
  const taken = await q
    .with(item, reservation)
    .update(items)
    .set({
      available: sql`${items.available} - ${quantity}`,
      reserved: sql`${items.reserved} + ${quantity}`,
      version: sql`${items.version} + 1`,
      updatedAt: sql`now()`,
    })
    .from(reservation)
    .where(eq(items.sku, reservation.sku))
    .returning({ version: items.version });
  return taken.length > 0;
}
