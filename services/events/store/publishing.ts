import type { Caller } from "@app/platform/auth.ts";
import type { Clock } from "@app/platform/clock.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Random } from "@app/platform/random.ts";
import { cancelEvent, changeEvent } from "../domain/event.ts";
import { readEventChange, readEventRequest } from "../domain/event-request.ts";
import { type Location, newLocation } from "../domain/location.ts";
import { readLocationRequest } from "../domain/location-request.ts";
import { addEvent } from "./add-event.ts";
import { type EventUpdate, changeEvent as storeChange } from "./change-event.ts";
import type { ListedEvent } from "./event-row.ts";
import { addLocation } from "./locations.ts";

/** What both doors of the service work on. */
export interface EventsApi {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Pick<Random, "uuidV7">;
}

/** Undefined is a guest, who is let in only as long as nobody issues tokens. */
type MaybeCaller = Caller | undefined;

/** Whose events those of guests are. */
const GUEST = "guest";

export async function publishLocation(
  { db, clock, random }: EventsApi,
  body: unknown,
): Promise<Location> {
  const location = newLocation(readLocationRequest(body), random.uuidV7);
  await addLocation(db, location, clock.now());
  return location;
}

export async function publishEvent(
  { db, clock, random }: EventsApi,
  caller: MaybeCaller,
  body: unknown,
): Promise<ListedEvent> {
  const organiserId = caller?.subject ?? GUEST;
  const request = readEventRequest(body);
  return addEvent(db, request, { organiserId, at: clock.now(), nextId: random.uuidV7 });
}

/** Which event is changed, and how the request says it. */
export interface Update {
  readonly id: string;
  readonly body: unknown;
}

export async function updateEvent(
  { db, clock }: EventsApi,
  caller: MaybeCaller,
  { id, body }: Update,
): Promise<ListedEvent> {
  const { change, hall } = readEventChange(body);
  const at = clock.now();
  const decide = onlyOwn(caller, (event, place) => changeEvent(event, { change, place, at }));
  return storeChange(db, id, { hall, decide });
}

export async function withdrawEvent(
  { db, clock }: EventsApi,
  caller: MaybeCaller,
  id: string,
): Promise<ListedEvent> {
  const at = clock.now();
  return storeChange(db, id, { decide: onlyOwn(caller, (event) => cancelEvent(event, at)) });
}

/** Events are there for everybody to see, so that another's is forbidden and not unknown. */
function onlyOwn(caller: MaybeCaller, decide: EventUpdate["decide"]): EventUpdate["decide"] {
  if (caller === undefined || caller.roles.includes("operator")) return decide;
  return (event, place) => {
    if (event.organiserId !== caller.subject)
      throw new Refusal("forbidden", "not_its_organiser", "only its organiser may change an event");
    return decide(event, place);
  };
}
