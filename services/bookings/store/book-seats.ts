import { crashPoint } from "@app/platform/crash-point.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { sql } from "drizzle-orm";
import { BOOKED_VERSION, type Booking } from "../domain/booking.ts";
import type { EventOnSale } from "../domain/event.ts";
import type { SeatsRequest } from "../domain/seats-request.ts";
import type { BookingsApi, OnceOptions } from "./bookings-api.ts";
import { findBooking } from "./find-booking.ts";
import { bookedMessage } from "./messages.ts";
import { type Idempotency, idempotencyOf, keyInsert, type Made, once } from "./once.ts";
import { outboxInsert } from "./outbox-insert.ts";
import { refusing } from "./refusals.ts";
import { bookings, eventSeats } from "./tables.ts";
import { takeSeats } from "./take-seats.ts";

export type BookingIntake = Pick<BookingsApi, "db" | "freshness" | "booked" | "clock">;

/**
 * Books seats of an event: takes them, stores the booking and states it in one statement. A user's
 * Idempotency-Key belongs to that user: equal keys of two users are two keys.
 */
export function bookSeats(
  intake: BookingIntake,
  eventId: string,
  request: SeatsRequest,
  { idempotencyKey }: OnceOptions = {},
): Promise<Made<Booking>> {
  const { userId, seats } = request;
  const idempotency = idempotencyOf(idempotencyKey, userId, ["booking", eventId, userId, seats]);
  return once(intake.db, idempotency, {
    make: () =>
      takeSeats(intake, { ...request, eventId }, (sale) =>
        insertBooking(intake, { sale, request, idempotency }),
      ),
    find: (id) => findBooking(intake.db, id),
  });
}

interface WantedBooking {
  readonly sale: EventOnSale;
  readonly request: SeatsRequest;
  readonly idempotency: Idempotency | undefined;
}

/**
 * One statement. The seats are taken only where they are left and the event still takes place, which
 * is decided under their row's lock; booking, message and key depend on the seats that were taken.
 * Undefined when they were not.
 */
async function insertBooking(
  { db, clock, booked }: BookingIntake,
  { sale: { event }, request, idempotency }: WantedBooking,
): Promise<Booking | undefined> {
  const { seats, userId } = request;
  const core = { eventId: event.id, eventName: event.name, userId, seats };
  const seen = { id: Bun.randomUUIDv7(), ...core };
  const message = bookedMessage(seen, { time: clock.now(), ids: randomMessageIds });

  const [row] = await refusing(
    db.q.execute<{ created_at: string }>(sql`
      with taken as (
        update ${eventSeats} set booked = booked + ${seats}::int
        where event_id = ${event.id}::uuid and cancelled_at is null
          and booked + held + ${seats}::int <= announced_capacity
        returning event_id
      ), booked as (
        insert into ${bookings}
          (id, event_id, event_name, user_id, seats, status, only_one, version)
        select ${seen.id}::uuid, event_id, ${event.name}::text, ${userId}::text, ${seats}::int,
          'CONFIRMED', ${event.oneBookingEach}::boolean, ${BOOKED_VERSION}::bigint
        from taken
        returning id, created_at
      ), stated as (${outboxInsert(message, sql`booked`)}
      ), keyed as (${keyInsert(idempotency, sql`booked`)})
      select created_at from booked`),
  );
  if (!row) return undefined;

  db.outboxWritten();
  crashPoint("request.after-commit-before-reply");
  const booking: Booking = { ...seen, status: "CONFIRMED", createdAt: new Date(row.created_at) };
  booked(booking);
  return booking;
}
