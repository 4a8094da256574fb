import type { EventChange, EventDetails } from "./event.ts";
import { Fields, invalid, SECONDS_MAX, type Spellings } from "./fields.ts";
import type { HallWanted, LocationDetails } from "./location.ts";
import {
  CAPACITY_MAX,
  NAME_MAX,
  readHall,
  readNestedId,
  readNestedLocation,
  withHall,
} from "./location-request.ts";

const SEATS_MAX_DEFAULT = 10;
const SEATS_MAX_MAX = 1_000;
const DURATION_MAX_MINUTES = 366 * 24 * 60;
const MINUTE_MS = 60_000;

/** An `id` is taken for what the client remembers the event by, and ignored. */
const commonFields: Spellings = {
  id: [],
  name: [],
  startDate: [],
  endDate: [],
  duration: [],
  hall: [],
  hallId: [],
  capacity: [],
  seatsMax: [],
  oneBookingEach: [],
};

const eventFields: Spellings = { ...commonFields, location: [], locationId: [] };

/** Where an event is to be: in a location that is known, or in one that is made with it. */
export interface PlaceWanted {
  readonly location: LocationWanted | undefined;
  readonly hall: HallWanted | undefined;
}

/** With `details` it is made unless its id is that of a known one, which must then be as described. */
export interface LocationWanted {
  readonly id: string | undefined;
  readonly details: LocationDetails | undefined;
}

export interface EventRequest {
  readonly details: EventDetails;
  readonly place: PlaceWanted;
}

/** Reads the body of a new event. */
export function readEventRequest(body: unknown): EventRequest {
  const fields = new Fields(body, eventFields);
  const name = fields.requiredText("name", { charactersMax: NAME_MAX });
  const startsAt = fields.moment("startDate") ?? fields.missing("startDate");
  const durationMinutes = durationIn(fields);
  const endsAt = fields.moment("endDate") ?? endOf(startsAt, durationMinutes, fields);
  return {
    details: {
      name,
      startsAt,
      endsAt,
      durationMinutes,
      capacity: fields.wholeNumber("capacity", { min: 1, max: CAPACITY_MAX }),
      seatsMax: fields.wholeNumber("seatsMax", { min: 1, max: SEATS_MAX_MAX }) ?? SEATS_MAX_DEFAULT,
      oneBookingEach: fields.boolean("oneBookingEach") ?? false,
    },
    place: placeIn(fields),
  };
}

export interface EventChangeRequest {
  readonly change: EventChange;
  readonly hall: HallWanted | undefined;
}

/** Reads what is to be different. `capacity: null` asks for the hall's; any other null stays as it is. */
export function readEventChange(body: unknown): EventChangeRequest {
  const fields = new Fields(body, commonFields);
  const capacity = fields.wholeNumber("capacity", { min: 1, max: CAPACITY_MAX });
  const name = fields.text("name", { charactersMax: NAME_MAX });
  if (name === undefined && fields.value("name") !== undefined) fields.missing("name");
  return {
    change: {
      name,
      startsAt: fields.moment("startDate"),
      endsAt: fields.moment("endDate"),
      durationMinutes: durationIn(fields),
      capacity: fields.has("capacity") ? (capacity ?? "hall") : undefined,
      seatsMax: fields.wholeNumber("seatsMax", { min: 1, max: SEATS_MAX_MAX }),
      oneBookingEach: fields.boolean("oneBookingEach"),
    },
    hall: hallIn(fields),
  };
}

/** Cancelling says nothing more than that. */
export function readCancelRequest(body: unknown): void {
  new Fields(body ?? {}, {});
}

/** The name as a path has it, decoded. */
export function readEventName(text: string): string {
  return new Fields({ name: text }, commonFields).requiredText("name", { charactersMax: NAME_MAX });
}

function durationIn(fields: Fields): number | undefined {
  return fields.wholeNumber("duration", { min: 0, max: DURATION_MAX_MINUTES });
}

/** An event that says how long it lasts need not say when it ends. */
function endOf(startsAt: Date, minutes: number | undefined, fields: Fields): Date {
  if (minutes === undefined) return fields.missing("endDate");
  const endsAtMs = startsAt.getTime() + minutes * MINUTE_MS;
  if (endsAtMs > SECONDS_MAX * 1_000) throw fields.invalid("duration", "is too large");
  return new Date(endsAtMs);
}

function placeIn(fields: Fields): PlaceWanted {
  const nested = locationIn(fields);
  const hall = hallIn(fields) ?? nested?.hall;
  if (nested === undefined && hall === undefined) fields.missing("location");
  const details = nested?.details && withHall(nested.details, hall, "hall");
  return { location: nested && { id: nested.id, details }, hall };
}

function locationIn(fields: Fields) {
  const id = fields.value("locationId");
  const location = fields.value("location");
  if (id !== undefined && location !== undefined)
    throw invalid("location", "use either locationId or location");
  if (id !== undefined) return reference(readNestedId(id, "locationId"));
  if (typeof location === "string") return reference(readNestedId(location, "location"));
  return location === undefined ? undefined : readNestedLocation(location, "location.");
}

const reference = (id: string) => ({ id, details: undefined, hall: undefined });

function hallIn(fields: Fields): HallWanted | undefined {
  const id = fields.value("hallId");
  const hall = fields.value("hall");
  if (id !== undefined && hall !== undefined) throw invalid("hall", "use either hallId or hall");
  if (id !== undefined) return { id: readNestedId(id, "hallId") };
  return hall === undefined ? undefined : readHall(hall, "hall");
}
