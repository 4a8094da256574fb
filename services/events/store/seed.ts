import type { Clock } from "@app/platform/clock.ts";
import { demoPeople } from "@app/platform/demo-people.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { cancelEvent, scheduleEvent } from "../domain/event.ts";
import type { Location } from "../domain/location.ts";
import { insertEvent } from "./add-event.ts";
import { changeEvent } from "./change-event.ts";
import { type DemoEvent, type DemoLocation, demoEvents, demoLocations } from "./demo-data.ts";
import { addLocation } from "./locations.ts";
import { locations } from "./tables.ts";

/** The demo's ids are the same everywhere, so that the demos of others can refer to them. */
const locationId = (at: number) => demoId("10", at);
const hallId = (at: number, hall: number) => demoId(`2${hall}`, at);
const eventId = (at: number) => demoId("30", at);

// Any constant that all replicas agree on.
const LOCK_KEY = 5_120_334_881;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SEATS_MAX_DEFAULT = 10;

/**
 * Fills a database that never had a location with those of the demo and their events, announced like
 * any other; leaves any other database as it is. Their dates count from the day on which it is done.
 * Of several that start at once one does it.
 */
export async function seedEvents(db: Database, clock: Clock): Promise<void> {
  if (await hasLocations(db)) return;
  const at = clock.now();
  await db.transaction(async (tx) => {
    await tx.q.execute(sql`select pg_advisory_xact_lock(${LOCK_KEY}::bigint)`);
    if (await hasLocations(tx)) return;
    const made = demoLocations.map(locationOf);
    for (const location of made) await addLocation(tx, location, at);
    for (const [index, event] of demoEvents.entries())
      await publish(tx, { event, index, location: made[event.at[0]], at });
  });
}

async function hasLocations({ q }: Database): Promise<boolean> {
  const some = await q.select({ id: locations.id }).from(locations).limit(1);
  return some.length > 0;
}

interface Publishing {
  readonly event: DemoEvent;
  readonly index: number;
  readonly location: Location | undefined;
  readonly at: Date;
}

async function publish(tx: Transaction, { event, index, location, at }: Publishing): Promise<void> {
  const hall = location?.halls[event.at[1]];
  if (!location || !hall) throw new Error(`the demo has no hall for ${event.name}`);
  const [day, hour, minutes] = event.on;
  const midnight = Math.floor(at.getTime() / DAY_MS) * DAY_MS;
  const startsAt = new Date(midnight + day * DAY_MS + hour * HOUR_MS);
  const decision = scheduleEvent(
    {
      name: event.name,
      startsAt,
      endsAt: new Date(startsAt.getTime() + minutes * MINUTE_MS),
      durationMinutes: minutes,
      capacity: event.capacity,
      seatsMax: event.seatsMax ?? SEATS_MAX_DEFAULT,
      oneBookingEach: event.oneBookingEach ?? false,
    },
    { id: eventId(index), location, hall, organiserId: demoPeople.organiser.id, at },
  );
  await insertEvent(tx, decision);
  if (event.cancelled)
    await changeEvent(tx, decision.event.id, { decide: (one) => cancelEvent(one, at) });
}

function locationOf({ is, hours, halls }: DemoLocation, at: number): Location {
  const [name, address, country] = is;
  const [openTime, closeTime] = hours;
  return {
    id: locationId(at),
    name,
    address,
    country,
    openTime,
    closeTime,
    halls: halls.map(([name, capacity], hall) => ({
      id: hallId(at, hall),
      name,
      place: undefined,
      capacity,
    })),
  };
}

/** In the form of a UUIDv7 of long ago. */
function demoId(kind: string, at: number): string {
  return `01900000-0000-7000-8000-${kind}${String(at).padStart(10, "0")}`;
}
