import { and, eq, sql } from "drizzle-orm";
import type { Booking } from "../domain/booking.ts";
import { invalidTicket, unusableTicket } from "../domain/refusals.ts";
import { bookingOf } from "./booking-row.ts";
import type { BookingsApi, OwnedOptions } from "./bookings-api.ts";
import { findBooking } from "./find-booking.ts";
import { bookings } from "./tables.ts";

/** The ticket of a booking that stands. Refuses that of a cancelled one. */
export async function ticketFor(
  { db, tickets }: Pick<BookingsApi, "db" | "tickets">,
  id: string,
  owned: OwnedOptions,
): Promise<{ readonly ticket: string; readonly booking: Booking }> {
  const booking = await findBooking(db, id, owned);
  if (booking.status === "CANCELLED") throw unusableTicket(booking);
  return { ticket: await tickets.write(booking), booking };
}

/** Lets in whoever shows the ticket, once: of any number at the same time one is let in. */
export async function useTicket(
  { db, tickets }: Pick<BookingsApi, "db" | "tickets">,
  ticket: string,
): Promise<Booking> {
  const id = await tickets.read(ticket);
  const [used] = await db.q
    .update(bookings)
    .set({ status: "USED", endedAt: sql`now()` })
    .where(and(eq(bookings.id, id), eq(bookings.status, "CONFIRMED")))
    .returning();
  if (used) return bookingOf(used);

  const [row] = await db.q.select().from(bookings).where(eq(bookings.id, id));
  // Signed by us, and not there: of a database that was put back to an older state.
  if (!row) throw invalidTicket();
  throw unusableTicket(bookingOf(row));
}
