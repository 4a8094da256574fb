import { crashPoint } from "@app/platform/crash-point.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import type { Database } from "@app/platform/postgres.ts";
import { eq, sql } from "drizzle-orm";
import { type Booking, USED_VERSION } from "../domain/booking.ts";
import { invalidTicket, unusableTicket } from "../domain/refusals.ts";
import { bookingOf } from "./booking-row.ts";
import type { BookingsApi, OwnedOptions } from "./bookings-api.ts";
import { findBooking } from "./find-booking.ts";
import { usedMessage } from "./messages.ts";
import { outboxInsert } from "./outbox-insert.ts";
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

/**
 * Lets in whoever shows the ticket, once: of any number at the same time one is let in. That it was
 * used is stated in the statement that lets in.
 */
export async function useTicket(
  { db, tickets, clock }: Pick<BookingsApi, "db" | "tickets" | "clock">,
  ticket: string,
): Promise<Booking> {
  const id = await tickets.read(ticket);
  const booking = await shownBooking(db, id);
  if (booking.status !== "CONFIRMED") throw unusableTicket(booking);

  const message = usedMessage(booking, { time: clock.now(), ids: randomMessageIds });
  const [row] = await db.q.execute<{ ended_at: string }>(sql`
    with used as (
      update ${bookings} set status = 'USED', ended_at = now(), version = ${USED_VERSION}::bigint
      where id = ${id}::uuid and status = 'CONFIRMED'
      returning id, ended_at
    ), stated as (${outboxInsert(message, sql`used`)})
    select ended_at from used`);
  // Somebody was faster, and the booking says who.
  if (!row) throw unusableTicket(await shownBooking(db, id));
  db.outboxWritten();
  crashPoint("request.after-commit-before-reply");
  return { ...booking, status: "USED", usedAt: new Date(row.ended_at) };
}

async function shownBooking({ q }: Database, id: string): Promise<Booking> {
  const [row] = await q.select().from(bookings).where(eq(bookings.id, id));
  // Signed by us, and not there: of a database that was put back to an older state.
  if (!row) throw invalidTicket();
  return bookingOf(row);
}
