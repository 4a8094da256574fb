import type { Database } from "@app/platform/postgres.ts";
import { and, eq, sql } from "drizzle-orm";
import type { Hold } from "../domain/booking.ts";
import { notFound } from "../domain/refusals.ts";
import { holdOf } from "./booking-row.ts";
import type { OwnedOptions } from "./bookings-api.ts";
import { holds } from "./tables.ts";

/** A hold, and the time by the clock that ends it. */
export interface SeenHold {
  readonly hold: Hold;
  readonly now: Date;
}

/**
 * One hold, open or not, with the database's time at which it was read: whoever counts down to its
 * end needs no clock that agrees with ours. Refuses what is not there, and what is somebody else's.
 */
export async function lookAtHold(
  { q }: Database,
  id: string,
  { ownedBy }: OwnedOptions,
): Promise<SeenHold> {
  const [row] = await q
    .select({ hold: holds, now: sql<string>`clock_timestamp()` })
    .from(holds)
    .where(and(eq(holds.id, id), ownedBy === undefined ? undefined : eq(holds.userId, ownedBy)));
  if (!row) throw notFound();
  return { hold: holdOf(row.hold), now: new Date(row.now) };
}
