import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { eq, type SQL, sql } from "drizzle-orm";
import type { Event } from "../domain/event.ts";
import { eventSeats, eventView, eventViewState } from "./tables.ts";

/** What handlers of news may do, in their batch's transaction. */
export interface BookingsStores {
  readonly events: EventsStore;
}

export interface EventsStore {
  /** Takes in an event's whole state. One that is older than what is known changes nothing. */
  announce(event: Event, version: number): Promise<void>;
}

/**
 * Binds the projection to a batch. Who writes the projection's rows of an event holds the lock of its
 * seats, as everybody does who changes what is sold of it; they are locked by id.
 */
export function bookingsUnit(tx: Transaction): ServiceUnit<BookingsStores> {
  return {
    lock: (rows) => lockSeats(tx, rows),
    stores: {
      events: {
        async announce(event, version) {
          await upsertView(tx, { event, version, generations: everyGeneration });
          await announceSeats(tx, event, version);
        },
      },
    },
  };
}

/** The same for a rebuild: it fills its own generation, and touches no seats. */
export function rebuildUnit(tx: Transaction, generation: number): ServiceUnit<BookingsStores> {
  const generations = sql`select ${generation}::int as generation`;
  return {
    lock: (rows) => lockSeats(tx, rows),
    stores: {
      events: {
        announce: (event, version) => upsertView(tx, { event, version, generations }),
      },
    },
  };
}

/** The one that is read and, during a rebuild, the one that is filled. */
const everyGeneration = sql`
  select g.generation from ${eventViewState} s
  cross join lateral (values (s.live), (s.building)) g (generation)
  where g.generation is not null`;

interface ViewChange {
  readonly event: Event;
  readonly version: number;
  /** A query of generations. */
  readonly generations: SQL;
}

async function upsertView({ q }: Transaction, { event, version, generations }: ViewChange) {
  await q.execute(sql`
    insert into ${eventView} as v (generation, event_id, version, name, starts_at, ends_at,
      capacity, seats_max, one_booking_each, cancelled)
    select g.generation, ${event.id}::uuid, ${version}::bigint, ${event.name}::text,
      ${event.startsAt.toISOString()}::timestamptz, ${event.endsAt.toISOString()}::timestamptz,
      ${event.capacity}::int, ${event.seatsMax}::int, ${event.oneBookingEach}::boolean,
      ${event.cancelled}::boolean
    from (${generations}) g
    order by g.generation
    on conflict (generation, event_id) do update set version = excluded.version,
      name = excluded.name, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
      capacity = excluded.capacity, seats_max = excluded.seats_max,
      one_booking_each = excluded.one_booking_each, cancelled = excluded.cancelled
    where v.version < excluded.version`);
}

/** A smaller capacity than what is sold already holds only as far as it can. */
async function announceSeats({ q }: Transaction, event: Event, version: number): Promise<void> {
  await q.execute(sql`
    insert into ${eventSeats} as s
      (event_id, capacity, announced_capacity, announced_version, cancelled_at)
    values (${event.id}::uuid, ${event.capacity}::int, ${event.capacity}::int, ${version}::bigint,
      case when ${event.cancelled}::boolean then now() end)
    on conflict (event_id) do update set
      capacity = greatest(excluded.announced_capacity, s.booked + s.held),
      announced_capacity = excluded.announced_capacity,
      announced_version = excluded.announced_version,
      cancelled_at = case when excluded.cancelled_at is not null
        then coalesce(s.cancelled_at, excluded.cancelled_at) end
    where s.announced_version < excluded.announced_version`);
}

async function lockSeats({ q }: Transaction, rows: readonly RowRef[]): Promise<void> {
  const unknown = rows.find(({ table }) => table !== "event_seats");
  if (unknown) throw new Error(`bookings has no table ${unknown.table} that messages change`);
  const ids = [...new Set(rows.map(({ key }) => key))];
  if (ids.length === 0) return;
  await q
    .select({ id: eventSeats.eventId })
    .from(eventSeats)
    .where(sql`${eventSeats.eventId} = any(${sql.param(ids)}::uuid[])`)
    .orderBy(eventSeats.eventId)
    .for("no key update");
}

const KEY = /^event\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The versions that are stored of these keys, for the check that no message was lost unseen. */
export async function storedVersions(
  { q }: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const ids = keys.flatMap((key) => KEY.exec(key)?.[1] ?? []);
  const rows = await q
    .select({ id: eventView.eventId, version: eventView.version })
    .from(eventView)
    .innerJoin(eventViewState, eq(eventViewState.live, eventView.generation))
    .where(sql`${eventView.eventId} = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map(({ id, version }) => [`event/${id}`, version]));
}
