import type { Database } from "@app/platform/postgres.ts";
import { and, eq, sql } from "drizzle-orm";
import type { EventOnSale } from "../domain/event.ts";
import { unknownEvent } from "../domain/refusals.ts";
import type { ProjectionFreshness } from "./projection-freshness.ts";
import { eventSeats, eventView, eventViewState } from "./tables.ts";

/**
 * An event as far as it was heard of. That one is unknown is said only when everything that was
 * announced a second ago had been heard; otherwise it may be on its way, and the caller is to come
 * again.
 */
export async function findEvent(
  db: Database,
  freshness: ProjectionFreshness,
  id: string,
): Promise<EventOnSale> {
  const known = await readEvent(db, id);
  if (known) return known;
  await freshness.require();
  // It may have been heard of while that was found out.
  const heard = await readEvent(db, id);
  if (heard) return heard;
  freshness.check();
  throw unknownEvent();
}

/** The event in the live generation of the projection, with its seats. */
export async function readEvent({ q }: Database, id: string): Promise<EventOnSale | undefined> {
  const [row] = await q
    .select({
      name: eventView.name,
      startsAt: eventView.startsAt,
      endsAt: eventView.endsAt,
      announced: eventView.capacity,
      seatsMax: eventView.seatsMax,
      oneBookingEach: eventView.oneBookingEach,
      // The seats close at once when the event is cancelled, whatever the projection says.
      cancelled: sql<boolean>`${eventView.cancelled} or ${eventSeats.cancelledAt} is not null`,
      capacity: eventSeats.capacity,
      booked: eventSeats.booked,
      held: eventSeats.held,
      isOver: sql<boolean>`${eventView.endsAt} <= now()`,
    })
    .from(eventViewState)
    .innerJoin(
      eventView,
      and(eq(eventView.generation, eventViewState.live), eq(eventView.eventId, id)),
    )
    .innerJoin(eventSeats, eq(eventSeats.eventId, eventView.eventId));
  if (!row) return undefined;
  const { name, startsAt, endsAt, announced, seatsMax, oneBookingEach, cancelled } = row;
  const { capacity, booked, held, isOver } = row;
  return {
    event: {
      id,
      name,
      startsAt,
      endsAt,
      capacity: announced,
      seatsMax,
      oneBookingEach,
      cancelled,
    },
    seats: { capacity, booked, held },
    isOver,
  };
}
