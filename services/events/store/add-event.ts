import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { type Decision, scheduleEvent } from "../domain/event.ts";
import type { EventRequest, LocationWanted, PlaceWanted } from "../domain/event-request.ts";
import { requireSame } from "../domain/known-location.ts";
import {
  hallOf,
  type Location,
  newLocation,
  unknownHall,
  unknownLocation,
} from "../domain/location.ts";
import { eventToRow, type ListedEvent, searchedWords } from "./event-row.ts";
import { addLocation, lockHalls, lookForHall, lookForLocation } from "./locations.ts";
import { eventMessage } from "./messages.ts";
import { refusing } from "./refusals.ts";
import { addSearchWords } from "./search-words.ts";
import { events } from "./tables.ts";

export interface Publishing {
  readonly organiserId: string;
  readonly at: Date;
  readonly nextId: () => string;
}

/**
 * Publishes an event, and with it a location that is new: both are stored and announced together or
 * not at all. Refuses a location or hall that nobody knows, and a hall that is taken at that time.
 */
export function addEvent(
  db: Database,
  { details, place }: EventRequest,
  { organiserId, at, nextId }: Publishing,
): Promise<ListedEvent> {
  return db.transaction(async (tx) => {
    const location = await locationFor(tx, place, { at, nextId });
    const hall = hallOf(location, place.hall);
    const scheduled = { id: nextId(), location, hall, organiserId, at };
    const decision = scheduleEvent(details, scheduled);
    await insertEvent(tx, decision);
    return { event: decision.event, seatsLeft: decision.event.capacity, rating: undefined };
  });
}

/** Stores a new event and what is announced of it. Its location must be there. */
export async function insertEvent(tx: Transaction, { event, fact }: Decision): Promise<void> {
  if (fact === undefined) throw new Error(`event ${event.id} is not new`);
  await lockHalls(tx, event.hall.id);
  await refusing(tx.q.insert(events).values(eventToRow(event)));
  await addSearchWords(tx, searchedWords(event));
  await appendToOutbox(tx, [eventMessage({ event, fact }, tx.messageIds)]);
}

async function locationFor(
  tx: Transaction,
  { location, hall }: PlaceWanted,
  making: Pick<Publishing, "at" | "nextId">,
): Promise<Location> {
  if (location !== undefined) return knownOrNew(tx, location, making);
  const found = hall?.id === undefined ? undefined : await lookForHall(tx, hall.id);
  if (!found) throw unknownHall();
  return found;
}

async function knownOrNew(
  tx: Transaction,
  { id, details }: LocationWanted,
  { at, nextId }: Pick<Publishing, "at" | "nextId">,
): Promise<Location> {
  const known = id === undefined ? undefined : await lookForLocation(tx, id);
  if (known) {
    if (details) requireSame(known, details);
    return known;
  }
  if (!details) throw unknownLocation();
  const made = newLocation(details, nextId);
  await addLocation(tx, made, at);
  return made;
}
