import { crashPoint } from "@app/platform/crash-point.ts";
import { Refusal } from "@app/platform/errors.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { sql } from "drizzle-orm";
import { BOOKED_VERSION, type Booking, type Hold } from "../domain/booking.ts";
import type { Event } from "../domain/event.ts";
import { closedHold, eventIsCancelled, eventIsOver, holdExpired } from "../domain/refusals.ts";
import type { BookingIntake } from "./book-seats.ts";
import type { OnceOptions, OwnedOptions } from "./bookings-api.ts";
import { findBooking, findHold } from "./find-booking.ts";
import { findEvent, readEvent } from "./find-event.ts";
import { bookedMessage } from "./messages.ts";
import { type Idempotency, idempotencyOf, keyInsert, type Made, once } from "./once.ts";
import { outboxInsert } from "./outbox-insert.ts";
import { refusing } from "./refusals.ts";
import { bookings, eventSeats, holds } from "./tables.ts";
import { requireNoBooking } from "./take-seats.ts";

/**
 * Turns a hold into a booking, before its time is over by the database's clock. A hold that was
 * confirmed before answers with its booking, so that a lost answer can be asked for again.
 */
export async function confirmHold(
  intake: BookingIntake,
  holdId: string,
  { idempotencyKey, ownedBy }: OnceOptions & OwnedOptions,
): Promise<Made<Booking>> {
  const { db } = intake;
  const hold = await findHold(db, holdId, { ownedBy });
  const idempotency = idempotencyOf(idempotencyKey, hold.userId, ["confirm", holdId]);
  const confirmed = await once(db, idempotency, {
    make: () => confirm(intake, hold, idempotency),
    find: async (id) => ({ booking: await findBooking(db, id), isNew: false }),
  });
  const { booking, isNew } = confirmed.made;
  return { made: booking, replayed: !isNew };
}

interface Confirmed {
  readonly booking: Booking;
  readonly isNew: boolean;
}

async function confirm(
  intake: BookingIntake,
  hold: Hold,
  idempotency: Idempotency | undefined,
): Promise<Confirmed> {
  const { db } = intake;
  if (hold.state !== "OPEN") return settled(intake, hold);
  const { event, isOver } = await findEvent(db, intake.freshness, hold.eventId);
  if (event.cancelled) throw eventIsCancelled();
  if (isOver) throw eventIsOver();
  // Another confirm of the same hold may have been faster, and its booking is the answer.
  if (event.oneBookingEach) await requireNoBooking(db, { ...hold, besidesHold: hold.id });

  const booking = await move(intake, { hold, event, idempotency });
  if (booking) return { booking, isNew: true };
  // Somebody or the clock was faster, and the hold says who.
  return settled(intake, await findHold(db, hold.id));
}

async function settled({ db }: BookingIntake, hold: Hold): Promise<Confirmed> {
  if (hold.bookingId !== undefined)
    return { booking: await findBooking(db, hold.bookingId), isNew: false };
  if (hold.state !== "OPEN") throw closedHold(hold);
  const sale = await readEvent(db, hold.eventId);
  if (sale?.event.cancelled) throw eventIsCancelled();
  throw holdExpired();
}

interface Moving {
  readonly hold: Hold;
  readonly event: Event;
  readonly idempotency: Idempotency | undefined;
}

/**
 * One statement, under the lock of the seats' row: the hold is closed if it is still open and its
 * time is not over, and only then its seats become booked ones. Undefined when it was not.
 */
async function move(
  { db, clock, booked }: BookingIntake,
  { hold, event, idempotency }: Moving,
): Promise<Booking | undefined> {
  const { eventId, userId, seats } = hold;
  const seen = { id: Bun.randomUUIDv7(), eventId, eventName: event.name, userId, seats };
  const message = bookedMessage(seen, { time: clock.now(), ids: randomMessageIds });

  const [row] = await refusing(
    db.q.execute<{ created_at: string }>(sql`
      with seat as materialized (
        select event_id from ${eventSeats}
        where event_id = ${eventId}::uuid and cancelled_at is null for no key update
      ), closed as (
        update ${holds} h
        set state = 'CONFIRMED', booking_id = ${seen.id}::uuid, closed_at = now()
        from seat
        where h.id = ${hold.id}::uuid and h.event_id = seat.event_id
          and h.state = 'OPEN' and h.expires_at > clock_timestamp()
        returning h.id, h.event_id, h.user_id, h.seats
      ), moved as (
        update ${eventSeats} s set held = s.held - c.seats, booked = s.booked + c.seats
        from closed c where s.event_id = c.event_id
        returning c.id, c.event_id, c.user_id, c.seats
      ), booked as (
        insert into ${bookings}
          (id, event_id, event_name, user_id, seats, status, only_one, hold_id, version)
        select ${seen.id}::uuid, event_id, ${event.name}::text, user_id, seats,
          'CONFIRMED', ${event.oneBookingEach}::boolean, id, ${BOOKED_VERSION}::bigint
        from moved
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

/** Lets go of a hold. One that is closed already, other than by a booking, is let go of. */
export async function releaseHold(
  { db }: Pick<BookingIntake, "db">,
  holdId: string,
  { ownedBy }: OwnedOptions,
): Promise<void> {
  const { eventId } = await findHold(db, holdId, { ownedBy });
  await db.q.execute(sql`
    with seat as materialized (
      select event_id from ${eventSeats} where event_id = ${eventId}::uuid for no key update
    ), closed as (
      update ${holds} h set state = 'RELEASED', closed_at = now()
      from seat
      where h.id = ${holdId}::uuid and h.event_id = seat.event_id and h.state = 'OPEN'
      returning h.event_id, h.seats
    )
    update ${eventSeats} s set held = s.held - c.seats,
      capacity = greatest(s.announced_capacity, s.booked + s.held - c.seats)
    from closed c where s.event_id = c.event_id`);
  const { state } = await findHold(db, holdId);
  if (state !== "CONFIRMED") return;
  const text = "hold is confirmed: cancel its booking";
  throw new Refusal("conflict", "hold_confirmed", text);
}
