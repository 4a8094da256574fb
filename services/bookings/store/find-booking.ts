import type { Database } from "@app/platform/postgres.ts";
import { and, eq, type SQL } from "drizzle-orm";
import type { Booking, Hold } from "../domain/booking.ts";
import { notFound } from "../domain/refusals.ts";
import { bookingOf, holdOf } from "./booking-row.ts";
import type { OwnedOptions } from "./bookings-api.ts";
import { bookings, holds } from "./tables.ts";

const everybodys: OwnedOptions = { ownedBy: undefined };

/** One booking. Refuses an unknown id, and one of somebody else in the same words. */
export async function findBooking(
  { q }: Database,
  id: string,
  owned: OwnedOptions = everybodys,
): Promise<Booking> {
  const [row] = await q
    .select()
    .from(bookings)
    .where(ownRow(bookings, id, owned));
  if (!row) throw notFound();
  return bookingOf(row);
}

/** One hold, open or not, by the same rules. */
export async function findHold(
  { q }: Database,
  id: string,
  owned: OwnedOptions = everybodys,
): Promise<Hold> {
  const [row] = await q
    .select()
    .from(holds)
    .where(ownRow(holds, id, owned));
  if (!row) throw notFound();
  return holdOf(row);
}

/** The row of an id, if it is its owner's: the database is asked for nothing that is somebody else's. */
function ownRow(
  { id, userId }: typeof bookings | typeof holds,
  wanted: string,
  { ownedBy }: OwnedOptions,
): SQL | undefined {
  return and(eq(id, wanted), ownedBy === undefined ? undefined : eq(userId, ownedBy));
}
