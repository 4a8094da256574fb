import { crashPoint } from "@app/platform/crash-point.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { sql } from "drizzle-orm";
import { type Booking, CANCELLED_VERSION } from "../domain/booking.ts";
import { alreadyUsed } from "../domain/refusals.ts";
import type { BookingsApi, OwnedOptions } from "./bookings-api.ts";
import { findBooking } from "./find-booking.ts";
import { cancelledMessage } from "./messages.ts";
import { outboxInsert } from "./outbox-insert.ts";
import { bookings, eventSeats } from "./tables.ts";

/**
 * Cancels a booking for its customer, and frees its seats in the same statement. A cancelled one is
 * answered unchanged. Refuses one that was used.
 */
export async function cancelBooking(
  { db, clock }: Pick<BookingsApi, "db" | "clock">,
  id: string,
  { reason, ownedBy }: OwnedOptions & { readonly reason: string },
): Promise<Booking> {
  const booking = await findBooking(db, id, { ownedBy });
  if (booking.status === "USED") throw alreadyUsed(booking.usedAt);
  if (booking.status === "CANCELLED") return booking;

  const message = cancelledMessage(booking, reason, { time: clock.now(), ids: randomMessageIds });
  await db.q.execute(sql`
    with seat as materialized (
      select event_id from ${eventSeats}
      where event_id = ${booking.eventId}::uuid for no key update
    ), gone as (
      update ${bookings} b set status = 'CANCELLED', reason = ${reason}::text, ended_at = now(),
        version = ${CANCELLED_VERSION}::bigint
      from seat
      where b.id = ${id}::uuid and b.event_id = seat.event_id and b.status = 'CONFIRMED'
      returning b.event_id, b.seats
    ), freed as (
      update ${eventSeats} s set booked = s.booked - g.seats,
        capacity = greatest(s.announced_capacity, s.booked + s.held - g.seats)
      from gone g where s.event_id = g.event_id
      returning s.event_id
    )
    ${outboxInsert(message, sql`freed`)}`);
  db.outboxWritten();
  crashPoint("request.after-commit-before-reply");

  const after = await findBooking(db, id);
  if (after.status === "USED") throw alreadyUsed(after.usedAt);
  return after;
}
