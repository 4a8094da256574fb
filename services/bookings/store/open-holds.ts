import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { eventView, eventViewState, holds } from "./tables.ts";

/** Counting a long queue to its end would take as long as the queue is long. */
const COUNTED_MAX = 10_000;

export interface OpenHold {
  readonly id: string;
  readonly eventId: string;
  /** As events told it last; undefined while nothing was heard. */
  readonly eventName: string | undefined;
  readonly userId: string;
  readonly seats: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface OpenHolds {
  /** Now, by the database. */
  readonly at: Date;
  readonly holds: readonly OpenHold[];
  readonly nextCursor: string | undefined;
}

interface HoldRow extends Record<string, unknown> {
  readonly id: string;
  readonly event_id: string;
  readonly event_name: string | null;
  readonly user_id: string;
  readonly seats: number;
  readonly created_at: string;
  readonly expires_at: string;
}

/** One page of the holds that are open, by when they expire. */
export async function listOpenHolds(
  { q }: Database,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<OpenHolds> {
  const after = cursor === undefined ? sql`true` : beyond(placeOf(cursor));
  const rows = await q.execute<HoldRow>(sql`
    select h.id, h.event_id, v.name as event_name, h.user_id, h.seats, h.created_at, h.expires_at
    from ${holds} h
    cross join ${eventViewState} s
    left join ${eventView} v on v.generation = s.live and v.event_id = h.event_id
    where h.state = 'OPEN' and ${after}
    order by h.expires_at, h.id limit ${limit + 1}`);
  const [now] = await q.execute<{ at: string }>(sql`select now() as at`);

  const page = [...rows].slice(0, limit).map(fromRow);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    at: new Date(now?.at ?? Date.now()),
    holds: page,
    nextCursor: last && cursorAt(`${last.expiresAt.getTime()} ${last.id}`),
  };
}

function fromRow(row: HoldRow): OpenHold {
  return {
    id: row.id,
    eventId: row.event_id,
    eventName: row.event_name ?? undefined,
    userId: row.user_id,
    seats: row.seats,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  };
}

function beyond(place: string) {
  const [ms, id, more] = place.split(" ");
  const isWhole = ms && id && /^\d{1,14}$/.test(ms) && /^[0-9a-f-]{36}$/.test(id);
  if (!isWhole || more !== undefined) throw invalidCursor();
  return sql`(h.expires_at, h.id) > (${new Date(Number(ms)).toISOString()}::timestamptz, ${id}::uuid)`;
}

/** How old the open holds are, in seconds, up to a limit, and when the oldest was made. */
export async function agesOfOpenHolds({ q }: Database): Promise<{
  readonly ages: readonly number[];
  readonly atLeast: boolean;
  readonly oldestAt: Date | null;
}> {
  const [row] = await q.execute<{ ages: number[] | null; oldest: string | null }>(sql`
    select array_agg(floor(extract(epoch from now() - created_at))::int) as ages,
      min(created_at) as oldest
    from (select created_at from ${holds} where state = 'OPEN'
      order by expires_at limit ${COUNTED_MAX}) as open`);
  const ages = (row?.ages ?? []).map(Number);
  return {
    ages,
    atLeast: ages.length === COUNTED_MAX,
    oldestAt: row?.oldest ? new Date(row.oldest) : null,
  };
}
