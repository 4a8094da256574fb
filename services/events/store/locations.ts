import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { asc, eq, gt, sql } from "drizzle-orm";
import { idOf } from "../domain/id.ts";
import type { PageRequest } from "../domain/list-request.ts";
import type { Location } from "../domain/location.ts";
import { locationColumns, locationFromRow } from "./event-row.ts";
import { locationMessage } from "./messages.ts";
import { notFound } from "./refusals.ts";
import { halls, locations } from "./tables.ts";
import { uuids } from "./texts.ts";

/** Adds a location with its halls and announces it. Given a transaction, it joins it. */
export function addLocation(db: Database, location: Location, at: Date): Promise<void> {
  return db.transaction(async (tx) => {
    const { halls: itsHalls, ...own } = location;
    await tx.q.insert(locations).values({ ...own, version: 1, createdAt: at });
    const rows = itsHalls.map((hall, position) => ({
      ...hall,
      place: hall.place ?? null,
      locationId: location.id,
      position,
    }));
    if (rows.length > 0) await tx.q.insert(halls).values(rows);
    await appendToOutbox(tx, [locationMessage(location, at, tx.messageIds)]);
  });
}

export async function findLocation(db: Database, id: string): Promise<Location> {
  const location = await lookForLocation(db, id);
  if (!location) throw notFound("location");
  return location;
}

export async function lookForLocation(db: Database, id: string): Promise<Location | undefined> {
  const [row] = await db.q.select(locationColumns).from(locations).where(eq(locations.id, id));
  return row && locationFromRow(row);
}

/** The location that has a hall. */
export async function lookForHall(db: Database, hallId: string): Promise<Location | undefined> {
  const [row] = await db.q
    .select(locationColumns)
    .from(locations)
    .where(
      sql`${locations.id} = (select hall.location_id from ${halls} hall where hall.id = ${hallId})`,
    );
  return row && locationFromRow(row);
}

/**
 * Makes whoever puts an event into a hall wait for the others who do, so that each of them sees what
 * the exclusion constraint has to judge: two that found each other there would both wait for ever.
 * Locked in the order of their ids.
 */
export async function lockHalls(tx: Transaction, ...ids: readonly string[]): Promise<void> {
  await tx.q
    .select({ id: halls.id })
    .from(halls)
    .where(sql`${halls.id} = any(${uuids(ids)})`)
    .orderBy(asc(halls.id))
    .for("no key update");
}

export interface LocationPage {
  readonly locations: readonly Location[];
  readonly nextCursor: string | undefined;
}

/** One page of locations, the oldest first: ids are in the order in which they were made. */
export async function listLocations(
  db: Database,
  { cursor, limit }: PageRequest,
): Promise<LocationPage> {
  const rows = await db.q
    .select(locationColumns)
    .from(locations)
    .where(cursor === undefined ? undefined : gt(locations.id, placeIn(cursor)))
    .orderBy(asc(locations.id))
    // One more than asked for tells whether another page follows.
    .limit(limit + 1);
  const shown = rows.slice(0, limit).map(locationFromRow);
  const last = shown.at(-1);
  return {
    locations: shown,
    nextCursor: rows.length > limit && last ? cursorAt(last.id) : undefined,
  };
}

function placeIn(cursor: string): string {
  const id = idOf(placeOf(cursor));
  if (id === undefined || cursorAt(id) !== cursor) throw invalidCursor();
  return id;
}
