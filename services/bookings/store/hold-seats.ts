import { crashPoint } from "@app/platform/crash-point.ts";
import { sql } from "drizzle-orm";
import type { Hold } from "../domain/booking.ts";
import { tooManyHolds } from "../domain/refusals.ts";
import type { SeatsRequest } from "../domain/seats-request.ts";
import type { BookingsApi, OnceOptions } from "./bookings-api.ts";
import { findHold } from "./find-booking.ts";
import { type Idempotency, idempotencyOf, keyInsert, type Made, once } from "./once.ts";
import { refusing } from "./refusals.ts";
import { eventSeats, holds } from "./tables.ts";
import { takeSeats } from "./take-seats.ts";

export type HoldIntake = Pick<BookingsApi, "db" | "freshness" | "holdMs" | "holdsMax">;

/**
 * Sets seats of an event aside for somebody, for as long as the service holds them. Nobody has more
 * than `holdsMax` open at any time.
 */
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

// Any constant that nobody else's advisory locks begin with.
const HOLDERS = 611_208;

/**
 * One statement, as for a booking, under a lock of the customer: whoever holds at the same time, of
 * whichever event, is counted by the one who comes second. The database's clock alone says when a
 * hold is over. Refuses a customer who has too many open. Undefined when the seats were not left.
 */
async function insertHold(
  { db, holdMs, holdsMax }: HoldIntake,
  { eventId, userId, seats, idempotency }: WantedHold,
): Promise<Hold | undefined> {
  const id = Bun.randomUUIDv7();
  const insert = sql`
    with mine as materialized (
      select count(*)::int as open, extract(epoch from min(expires_at) - now())::float8 as wait
      from ${holds}
      where user_id = ${userId}::text and state = 'OPEN' and expires_at > now()
    ), taken as (
      update ${eventSeats} set held = held + ${seats}::int
      where event_id = ${eventId}::uuid and cancelled_at is null
        and booked + held + ${seats}::int <= announced_capacity
        and (select open from mine) < ${holdsMax}::int
      returning event_id
    ), made as (
      insert into ${holds} (id, event_id, user_id, seats, state, expires_at)
      select ${id}::uuid, event_id, ${userId}::text, ${seats}::int, 'OPEN',
        now() + ${holdMs}::float8 * interval '1 millisecond'
      from taken
      returning id, created_at, expires_at
    ), keyed as (${keyInsert(idempotency, sql`made`)})
    select mine.open, mine.wait, made.created_at, made.expires_at from mine left join made on true`;
  const row = await refusing(
    db.transaction(async ({ q }) => {
      await q.execute(
        sql`select pg_advisory_xact_lock(${HOLDERS}::int, hashtext(${userId}::text))`,
      );
      const [row] = await q.execute<InsertedRow>(insert);
      return row;
    }),
  );
  if (row && row.open >= holdsMax) throw tooManyHolds(holdsMax, row.wait ?? 0);
  if (!row?.created_at || !row.expires_at) return undefined;

  crashPoint("request.after-commit-before-reply");
  const createdAt = new Date(row.created_at);
  const expiresAt = new Date(row.expires_at);
  return { id, eventId, userId, seats, state: "OPEN", createdAt, expiresAt, bookingId: undefined };
}

interface InsertedRow extends Record<string, unknown> {
  /** How many the customer had open before, and in how many seconds the first of them is over. */
  readonly open: number;
  readonly wait: number | null;
  /** Of the hold, where it was made. */
  readonly created_at: string | null;
  readonly expires_at: string | null;
}
