import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { eventSeats, holds } from "./tables.ts";

/** How many holds one statement closes: it keeps the seats of their event locked meanwhile. */
const HOLDS_MAX = 500;

/**
 * Frees the seats of an event's holds whose time is over by the database's clock, and returns
 * whether there were any. The seats' row is locked first, so that a confirm of the same hold comes
 * wholly before or wholly after; whoever is second finds the hold closed.
 */
export async function expireHoldsOf({ q }: Database, eventId: string): Promise<boolean> {
  const freed = await q.execute(sql`
    with seat as materialized (
      select event_id from ${eventSeats} where event_id = ${eventId}::uuid for no key update
    ), over as (
      select h.id from seat join ${holds} h on h.event_id = seat.event_id
      where h.state = 'OPEN' and h.expires_at <= clock_timestamp()
      order by h.id limit ${HOLDS_MAX}
    ), closed as (
      update ${holds} h set state = 'EXPIRED', closed_at = now()
      from over where h.id = over.id and h.state = 'OPEN'
      returning h.event_id, h.seats
    )
    update ${eventSeats} s set held = s.held - c.seats,
      capacity = greatest(s.announced_capacity, s.booked + s.held - c.seats)
    from (select event_id, sum(seats)::int as seats from closed group by event_id) c
    where s.event_id = c.event_id
    returning s.event_id`);
  return freed.length > 0;
}

/** Events that have holds whose time is over, those that waited longest first. */
export async function eventsWithExpiredHolds(
  { q }: Database,
  limit: number,
): Promise<readonly string[]> {
  const rows = await q.execute<{ event_id: string }>(sql`
    select event_id from (
      select event_id, expires_at from ${holds}
      where state = 'OPEN' and expires_at <= now() order by expires_at limit 1000
    ) over group by event_id order by min(expires_at) limit ${limit}`);
  return rows.map(({ event_id }) => event_id);
}
