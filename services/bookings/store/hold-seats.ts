import { crashPoint } from "@app/platform/crash-point.ts";
import { sql } from "drizzle-orm";
import type { Hold } from "../domain/booking.ts";
import type { SeatsRequest } from "../domain/seats-request.ts";
import type { BookingsApi, OnceOptions } from "./bookings-api.ts";
import { findHold } from "./find-booking.ts";
import { type Idempotency, idempotencyOf, keyInsert, type Made, once } from "./once.ts";
import { refusing } from "./refusals.ts";
import { eventSeats, holds } from "./tables.ts";
import { takeSeats } from "./take-seats.ts";

export type HoldIntake = Pick<BookingsApi, "db" | "freshness" | "holdMs">;

/** Sets seats of an event aside for somebody, for as long as the service holds them. */
export function holdSeats(
  intake: HoldIntake,
  eventId: string,
  request: SeatsRequest,
  { idempotencyKey }: OnceOptions = {},
): Promise<Made<Hold>> {
  const { userId, seats } = request;
  const idempotency = idempotencyOf(idempotencyKey, userId, ["hold", eventId, userId, seats]);
  return once(intake.db, idempotency, {
    make: () =>
      takeSeats(intake, { ...request, eventId }, () =>
        insertHold(intake, { ...request, eventId, idempotency }),
      ),
    find: (id) => findHold(intake.db, id),
  });
}

interface WantedHold extends SeatsRequest {
  readonly eventId: string;
  readonly idempotency: Idempotency | undefined;
}

/** One statement, as for a booking. The database's clock alone says when it is over. */
async function insertHold(
  { db, holdMs }: HoldIntake,
  { eventId, userId, seats, idempotency }: WantedHold,
): Promise<Hold | undefined> {
  const id = Bun.randomUUIDv7();
  const [row] = await refusing(
    db.q.execute<{ created_at: string; expires_at: string }>(sql`
      with taken as (
        update ${eventSeats} set held = held + ${seats}::int
        where event_id = ${eventId}::uuid and cancelled_at is null
          and booked + held + ${seats}::int <= announced_capacity
        returning event_id
      ), made as (
        insert into ${holds} (id, event_id, user_id, seats, state, expires_at)
        select ${id}::uuid, event_id, ${userId}::text, ${seats}::int, 'OPEN',
          now() + ${holdMs}::float8 * interval '1 millisecond'
        from taken
        returning id, created_at, expires_at
      ), keyed as (${keyInsert(idempotency, sql`made`)})
      select created_at, expires_at from made`),
  );
  if (!row) return undefined;

  crashPoint("request.after-commit-before-reply");
  const createdAt = new Date(row.created_at);
  const expiresAt = new Date(row.expires_at);
  return { id, eventId, userId, seats, state: "OPEN", createdAt, expiresAt, bookingId: undefined };
}
