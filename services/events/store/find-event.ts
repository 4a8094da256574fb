import type { Database } from "@app/platform/postgres.ts";
import { eq } from "drizzle-orm";
import { eventColumns, eventFromRow, type ListedEvent } from "./event-row.ts";
import { notFound } from "./refusals.ts";
import { bookedSeats, events, locations } from "./tables.ts";

/** One event as it is now. Refuses an unknown id. */
export async function findEvent(db: Database, id: string): Promise<ListedEvent> {
  const [row] = await db.q
    .select(eventColumns)
    .from(events)
    .innerJoin(locations, eq(locations.id, events.locationId))
    .leftJoin(bookedSeats, eq(bookedSeats.eventId, events.id))
    .where(eq(events.id, id));
  if (!row) throw notFound("event");
  return eventFromRow(row);
}
