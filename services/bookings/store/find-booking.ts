import type { Database } from "@app/platform/postgres.ts";
import { eq } from "drizzle-orm";
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
  { ownedBy }: OwnedOptions = everybodys,
): Promise<Booking> {
  const [row] = await q.select().from(bookings).where(eq(bookings.id, id));
  if (!row || (ownedBy !== undefined && row.userId !== ownedBy)) throw notFound();
  return bookingOf(row);
}

/** One hold, open or not, by the same rules. */
export async function findHold(
  { q }: Database,
  id: string,
  { ownedBy }: OwnedOptions = everybodys,
): Promise<Hold> {
  const [row] = await q.select().from(holds).where(eq(holds.id, id));
  if (!row || (ownedBy !== undefined && row.userId !== ownedBy)) throw notFound();
  return holdOf(row);
}
