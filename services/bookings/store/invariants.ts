import { invalidCursor } from "@app/platform/cursor.ts";
import type { Breach, Invariant, Look, Slice } from "@app/platform/messaging/invariant.ts";
import { idempotencyKeys, outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { bookings, eventSeats, eventView, eventViewState, holds } from "./tables.ts";

/** What loops put right may take a while, and their leader may have to be replaced first. */
const GRACE = sql`interval '60 seconds'`;
const BOOKINGS_MAX = 5_000;
/** Each event looked at has all of its bookings added up. */
const EVENTS_MAX = 200;

/** What is true of seats, bookings and holds at any moment. */
export const bookingInvariants: readonly Invariant[] = [
  {
    name: "seats-add-up",
    sentence: "an event's booked and held seats are the sums over its bookings and holds",
    look: seatsAddUp,
  },
  {
    name: "bookings-as-stated",
    sentence: "each booking was stated once, and once more if it was cancelled or used",
    look: asStated,
  },
  {
    name: "holds-are-kept",
    sentence: "no hold is open past its time, and a confirmed one has its booking",
    look: holdsAreKept,
  },
  {
    name: "cancelled-events-are-empty",
    sentence: "nothing is confirmed or held of an event that its organiser cancelled",
    look: cancelledAreEmpty,
  },
  {
    name: "seats-as-announced",
    sentence: "the seats of an event are those of the message that the projection took in",
    look: seatsAsAnnounced,
  },
  {
    name: "idempotency-keys-have-bookings",
    sentence: "each Idempotency-Key stands for a booking or a hold that is there",
    look: keysHaveBookings,
  },
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By the event's id, which is by its age: the newest first. */
function seatsAddUp(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select event_id as id, booked, held, capacity from ${eventSeats}`,
    max: EVENTS_MAX,
    broken: sql`
      select 'event ' || s.id as about, s.booked || ' booked, and its bookings have ' || b.seats
        || '; ' || s.held || ' held, and its holds have ' || h.seats as problem
      from slice s
      cross join lateral (select coalesce(sum(seats), 0) as seats from ${bookings}
        where event_id = s.id and status <> 'CANCELLED') b
      cross join lateral (select coalesce(sum(seats), 0) as seats from ${holds}
        where event_id = s.id and state = 'OPEN') h
      where s.booked <> b.seats or s.held <> h.seats or b.seats + h.seats > s.capacity`,
  });
}

/** Of older bookings the messages may be gone; that a version fits a status is a check of the table. */
function asStated(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select id, version, status,
      created_at > now() - make_interval(secs => ${slice.sentKeepMs / 1_000}::float8) as young
      from ${bookings}`,
    max: BOOKINGS_MAX,
    // Grouped, not joined: of how many messages wait the planner knows too little to join them well.
    broken: sql`
      select s.key as about, 'version ' || max(s.version) || ', and stated '
        || coalesce(string_agg(s.type, ' ' order by s.stated), 'nothing') as problem
      from (
        select 'booking/' || id as key, version, status, young, null::text as type,
          null::bigint as stated from slice
        union all
        select key, null, null, null, split_part(subject, '.', 3), version from ${outboxSent}
        where key = any(array(select 'booking/' || id from slice))
        union all
        select key, null, null, null, split_part(subject, '.', 3), version from ${outbox}
        where key like 'booking/%'
      ) s
      group by s.key
      having bool_or(s.young) and string_agg(s.type, ' ' order by s.stated) is distinct from
        case when max(s.version) = 1 then 'event_booked'
          when max(s.status) = 'USED' then 'event_booked ticket_used'
          else 'event_booked booking_cancelled' end`,
    orderBy: sql`s.key desc`,
  });
}

function holdsAreKept(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select id, state, expires_at, booking_id from ${holds}`,
    max: BOOKINGS_MAX,
    broken: sql`
      select 'hold ' || s.id as about,
        case when s.state = 'OPEN' then 'open since its time was over at ' || s.expires_at
          else 'confirmed, and its booking is not there' end as problem
      from slice s left join ${bookings} b on b.id = s.booking_id and b.hold_id = s.id
      where (s.state = 'OPEN' and s.expires_at < now() - ${GRACE})
        or (s.state = 'CONFIRMED' and b.id is null)`,
  });
}

function cancelledAreEmpty(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select event_id as id, cancelled_at from ${eventSeats}
      where cancelled_at < now() - ${GRACE} and booked + held > 0`,
    max: EVENTS_MAX,
    broken: sql`
      select 'event ' || s.id as about, 'cancelled at ' || s.cancelled_at as problem from slice s
      where exists (select from ${bookings} b where b.event_id = s.id and b.status = 'CONFIRMED')
        or exists (select from ${holds} h where h.event_id = s.id and h.state = 'OPEN')`,
  });
}

/** Where both are of one message. A projection that was rebuilt may know of newer news. */
function seatsAsAnnounced(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select event_id as id, announced_capacity, announced_version from ${eventSeats}`,
    max: BOOKINGS_MAX,
    broken: sql`
      select 'event ' || s.id as about,
        case when v.event_id is null then 'it has seats and is not in the projection'
          else s.announced_capacity || ' seats, and the message of version ' || v.version
            || ' said ' || v.capacity end as problem
      from slice s
      left join (${eventView} v join ${eventViewState} g on g.live = v.generation)
        on v.event_id = s.id
      where v.event_id is null
        or (v.version = s.announced_version and v.capacity <> s.announced_capacity)`,
  });
}

interface Looking {
  /** A query of rows with their id, perhaps with a condition. */
  readonly of: SQL;
  readonly max: number;
  /** A query of breaches among the rows `slice s`. */
  readonly broken: SQL;
  /** The newest first; by `s.id` where nothing is said. */
  readonly orderBy?: SQL;
}

/** Ids are UUIDv7, so the greatest is the newest. */
async function newestFirst(
  { q }: Transaction,
  { cursor, breachesMax }: Slice,
  { of, max, broken, orderBy = sql`s.id desc` }: Looking,
): Promise<Look> {
  if (cursor !== undefined && !UUID.test(cursor)) throw invalidCursor();
  const below = cursor === undefined ? sql`true` : sql`id < ${cursor}::uuid`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select * from (${of}) rows where ${below} order by id desc limit ${max}
    ), broken as (${broken} order by ${orderBy} limit ${breachesMax})
    select (select count(*) from slice) as checked,
      (select id from slice order by id limit 1) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const next = checked === max && row?.last ? row.last : undefined;
  return { checked, breaches: row?.breaches ?? [], next };
}

/** By age, the youngest first. Those of one moment are looked at together with the next slice again. */
async function keysHaveBookings({ q }: Transaction, { cursor, breachesMax }: Slice): Promise<Look> {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw invalidCursor();
  const until =
    cursor === undefined ? sql`true` : sql`created_at <= to_timestamp(${cursor}::bigint / 1000.0)`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select scope, key, resource_id, created_at from ${idempotencyKeys}
      where ${until} order by created_at desc limit ${BOOKINGS_MAX}
    ), broken as (
      select 'idempotency key ' || s.key || ' of ' || s.scope as about,
        'what it made, ' || s.resource_id || ', is not there' as problem
      from slice s
      where not exists (select from ${bookings} b where b.id = s.resource_id::uuid)
        and not exists (select from ${holds} h where h.id = s.resource_id::uuid)
      limit ${breachesMax}
    )
    select (select count(*) from slice) as checked,
      (select floor(extract(epoch from min(created_at)) * 1000) from slice) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const last = row?.last ? String(row.last) : undefined;
  const next = checked === BOOKINGS_MAX && last !== cursor ? last : undefined;
  return { checked, breaches: row?.breaches ?? [], next };
}

interface Found extends Record<string, unknown> {
  readonly checked: string;
  readonly last: string | null;
  readonly breaches: Breach[];
}
