import type { Database } from "@app/platform/postgres.ts";
import { and, eq, ne, sql } from "drizzle-orm";
import { type EventOnSale, seatsLeft } from "../domain/event.ts";
import { alreadyBooked, notEnoughSeats, requireOnSale } from "../domain/refusals.ts";
import type { SeatsRequest } from "../domain/seats-request.ts";
import { expireHoldsOf } from "./expire-holds.ts";
import { findEvent } from "./find-event.ts";
import type { ProjectionFreshness } from "./projection-freshness.ts";
import { bookings } from "./tables.ts";

export interface SeatTaking {
  readonly db: Database;
  readonly freshness: ProjectionFreshness;
}

/** Each further try follows expired holds that were freed, or an event that changed meanwhile. */
const TRIES_MAX = 3;

/**
 * Lets `take` run its one statement, which takes the seats and stores who has them, or does nothing
 * when they are not left. Everything that can be known beforehand is refused here, with the reason;
 * seats of holds whose time is over are freed for whoever needs them.
 */
export async function takeSeats<T>(
  { db, freshness }: SeatTaking,
  wanted: SeatsRequest & { readonly eventId: string },
  take: (sale: EventOnSale) => Promise<T | undefined>,
): Promise<T> {
  const { eventId, seats, userId } = wanted;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const sale = await findEvent(db, freshness, eventId);
    requireOnSale(sale, seats);
    if (sale.event.oneBookingEach) await requireNoBooking(db, { eventId, userId });
    if (seatsLeft(sale.seats) >= seats) {
      const taken = await take(sale);
      if (taken !== undefined) return taken;
    } else if (sale.seats.held === 0 || !(await expireHoldsOf(db, eventId))) {
      // Looked at first, because freeing locks the seats: a crowd that is turned away must not queue.
      throw notEnoughSeats();
    }
  }
  throw notEnoughSeats();
}

interface Whose {
  readonly eventId: string;
  readonly userId: string;
  readonly besidesHold?: string;
}

/**
 * Also finds bookings from before the event allowed one each. The partial unique index decides
 * between requests at the same time. What became of the hold `besidesHold` does not count.
 */
export async function requireNoBooking(
  { q }: Database,
  { eventId, userId, besidesHold }: Whose,
): Promise<void> {
  const [active] = await q
    .select({ id: bookings.id })
    .from(bookings)
    .where(
      and(
        eq(bookings.userId, userId),
        eq(bookings.eventId, eventId),
        ne(bookings.status, "CANCELLED"),
        besidesHold === undefined
          ? undefined
          : sql`${bookings.holdId} is distinct from ${besidesHold}::uuid`,
      ),
    )
    .limit(1);
  if (active) throw alreadyBooked();
}
