import type { Pool } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { confirmHold } from "../store/confirm-hold.ts";
import { expireHoldsOf } from "../store/expire-holds.ts";
import { findHold } from "../store/find-booking.ts";
import { holdSeats } from "../store/hold-seats.ts";
import { refused } from "./refused.ts";
import type { BookingsWorld } from "./world.ts";

export interface Races {
  confirmed: number;
  expired: number;
  /** What was neither the one nor the other, or both. */
  readonly wrong: string[];
}

/**
 * When a hold's time is over, from when its race begins: before, long after, so that neither side can
 * win every race, and otherwise about as long after as a confirm takes to get to its statement.
 */
function offsetMsOf(nth: number): number {
  if (nth % 8 === 0) return -3;
  if (nth % 8 === 1) return 5_000;
  return (nth * 7) % 60;
}

const HELD = { seats: 1, userId: "racer" };

/**
 * Makes so many holds whose time is over about now, and lets one replica confirm each while the
 * other frees its seats. Of each race exactly one side must win, by what both were told.
 */
export async function raceConfirmsAgainstExpiry(
  world: BookingsWorld,
  { other, count }: { readonly other: Pool; readonly count: number },
): Promise<Races> {
  const races: Races = { confirmed: 0, expired: 0, wrong: [] };
  for (let nth = 0; nth < count; nth += 1) {
    const eventId = await world.announce({ capacity: 1 });
    const { made: hold } = await holdSeats(world.api, eventId, HELD);
    const offsetMs = offsetMsOf(nth);
    await world.pool.q.execute(sql`update holds
      set expires_at = clock_timestamp() + ${offsetMs}::float8 * interval '1 millisecond'
      where id = ${hold.id}::uuid`);

    const [confirm] = await Promise.all([
      refused(confirmHold(world.api, hold.id, { ownedBy: undefined })),
      expireUntilClosed({ pool: other, eventId, holdId: hold.id }),
    ]);
    const { state } = await findHold(world.pool, hold.id);
    const { booked, held } = await world.seats(eventId);
    const outcome = `${confirm}, ${state}, ${booked} booked, ${held} held`;
    if (outcome === "not refused, CONFIRMED, 1 booked, 0 held") races.confirmed += 1;
    else if (outcome === "hold expired, EXPIRED, 0 booked, 0 held") races.expired += 1;
    else races.wrong.push(outcome);
  }
  return races;
}

const TRIES_MAX = 20_000;

/** Tries again and again, because its first try may come before the time is over. */
async function expireUntilClosed({
  pool,
  eventId,
  holdId,
}: {
  readonly pool: Pool;
  readonly eventId: string;
  readonly holdId: string;
}): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (await expireHoldsOf(pool, eventId)) return;
    if ((await findHold(pool, holdId)).state !== "OPEN") return;
  }
  throw new Error(`hold ${holdId} is open after ${TRIES_MAX} tries`);
}
