import { invalidCursor } from "@app/platform/cursor.ts";
import type { Breach, Invariant, Look, Slice } from "@app/platform/messaging/invariant.ts";
import { outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { idOf } from "../domain/id.ts";
import { events, halls, locations } from "./tables.ts";

/** What is true of events and locations at any moment. */
export const eventsInvariants: readonly Invariant[] = [
  {
    name: "events-as-stated",
    sentence: "the last thing that was stated about an event is its present version",
    look: (tx, slice) => newestFirst(tx, slice, { table: events, broken: statedOf("event") }),
  },
  {
    name: "locations-as-stated",
    sentence: "a location was stated once, as it is",
    look: (tx, slice) => newestFirst(tx, slice, { table: locations, broken: statedOf("location") }),
  },
  {
    name: "halls-hold-one-event",
    sentence: "of two events that take place, no two overlap in one hall",
    look: (tx, slice) => newestFirst(tx, slice, { table: events, broken: overlapping }),
  },
  {
    name: "events-fit-their-hall",
    sentence: "an event is in a hall of its location and sells no more seats than that has",
    look: (tx, slice) => newestFirst(tx, slice, { table: events, broken: misplaced }),
  },
];

/**
 * What was stated may be forgotten by now, all of it or its beginning, but never its end alone: the
 * last message must be there as long as an older one is.
 */
const statedOf = (aggregate: "event" | "location"): SQL => sql`
  select ${aggregate}::text || '/' || s.id as about,
    'at version ' || s.version || ', and stated up to ' || stated.version as problem
  from slice s
  join lateral (
    select max(version) as version from (
      select version from ${outboxSent} where key = ${aggregate}::text || '/' || s.id
      union all
      select version from ${outbox} where key = ${aggregate}::text || '/' || s.id
    ) message
  ) stated on stated.version <> s.version`;

const overlapping = sql`
  select 'event/' || s.id as about, 'overlaps with event/' || other.id || ' in its hall' as problem
  from slice s
  join ${events} one on one.id = s.id and one.status = 'SCHEDULED'
  join ${events} other on other.hall_id = one.hall_id and other.id <> one.id
    and other.status = 'SCHEDULED'
    and tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)`;

const misplaced = sql`
  select 'event/' || s.id as about, 'sells ' || one.capacity || ' seats where there are '
    || coalesce(hall.capacity::text, 'none') as problem
  from slice s
  join ${events} one on one.id = s.id
  left join ${halls} hall on hall.id = one.hall_id and hall.location_id = one.location_id
  where hall.id is null or one.capacity > hall.capacity`;

/** Ids are in the order in which they were made; the cursor is the last one looked at. */
async function newestFirst(
  { q }: Transaction,
  { cursor, rowsMax, breachesMax }: Slice,
  { table, broken }: { readonly table: typeof events | typeof locations; readonly broken: SQL },
): Promise<Look> {
  const after = cursor === undefined ? undefined : idOf(cursor);
  if (cursor !== undefined && after === undefined) throw invalidCursor();
  const below = after === undefined ? sql`true` : sql`id < ${after}::uuid`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select id, version from ${table} where ${below} order by id desc limit ${rowsMax}
    ), broken as (${broken} order by s.id desc limit ${breachesMax})
    select (select count(*) from slice) as checked,
      (select id from slice order by id limit 1) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const next = checked === rowsMax && row?.last ? row.last : undefined;
  return { checked, breaches: row?.breaches ?? [], next };
}

interface Found extends Record<string, unknown> {
  readonly checked: string;
  readonly last: string | null;
  readonly breaches: Breach[];
}
