import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { eq } from "drizzle-orm";
import type { Decision, Event, Place } from "../domain/event.ts";
import { type HallWanted, hallOf, unknownHall } from "../domain/location.ts";
import {
  eventColumns,
  eventFromRow,
  eventToRow,
  type ListedEvent,
  searchedWords,
  seatsLeftOf,
} from "./event-row.ts";
import { lockHalls, lookForHall } from "./locations.ts";
import { eventMessage } from "./messages.ts";
import { notFound, refusing } from "./refusals.ts";
import { addSearchWords } from "./search-words.ts";
import { bookedSeats, events, locations } from "./tables.ts";

export interface EventUpdate {
  /** Where it is to be from now on; undefined where it stays. */
  readonly hall?: HallWanted | undefined;
  /** Throws unless the event may be changed by whoever asks. */
  readonly decide: (event: Event, place: Place) => Decision;
}

/**
 * Lets `decide` change one event, and stores the event and its announcement together. Changes of one
 * event wait for each other. Given a transaction, it joins it. Refuses an unknown id, an unknown
 * hall, and a hall that is taken at that time.
 */
export function changeEvent(db: Database, id: string, update: EventUpdate): Promise<ListedEvent> {
  return db.transaction(async (tx) => {
    const [row] = await tx.q
      .select(eventColumns)
      .from(events)
      .innerJoin(locations, eq(locations.id, events.locationId))
      .leftJoin(bookedSeats, eq(bookedSeats.eventId, events.id))
      .where(eq(events.id, id))
      .for("update", { of: events });
    if (!row) throw notFound("event");

    const { event: before, rating } = eventFromRow(row);
    const place = await placeFor(tx, before, update.hall);
    const { event, fact } = update.decide(before, place);
    const seatsLeft = seatsLeftOf(event, row.booked);
    if (fact === undefined) return { event, seatsLeft, rating };

    await lockHalls(tx, before.hall.id, event.hall.id);
    await refusing(tx.q.update(events).set(eventToRow(event)).where(eq(events.id, id)));
    if (fact !== "EventCancelled") await addSearchWords(tx, searchedWords(event));
    await appendToOutbox(tx, [eventMessage({ event, fact }, tx.messageIds)]);
    return { event, seatsLeft, rating };
  });
}

/** A hall without an id is one of the same location. */
async function placeFor(
  tx: Transaction,
  { location, hall }: Event,
  wanted: HallWanted | undefined,
): Promise<Place> {
  if (wanted === undefined) return { location, hall };
  if (wanted.id === undefined || location.halls.some(({ id }) => id === wanted.id))
    return { location, hall: hallOf(location, wanted) };
  const other = await lookForHall(tx, wanted.id);
  if (!other) throw unknownHall();
  return { location: other, hall: hallOf(other, wanted) };
}
