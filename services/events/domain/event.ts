import { Refusal } from "@app/platform/errors.ts";
import { invalid } from "./fields.ts";
import type { Hall, Location } from "./location.ts";

export type EventStatus = "SCHEDULED" | "CANCELLED";

/** What people buy tickets for. */
export interface Event {
  readonly id: string;
  readonly name: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly durationMinutes: number;
  readonly location: Location;
  readonly hall: Hall;
  /** Seats sold at most: the hall's, or fewer. */
  readonly capacity: number;
  /** Seats that one booking may take. */
  readonly seatsMax: number;
  readonly oneBookingEach: boolean;
  readonly status: EventStatus;
  readonly organiserId: string;
  /** +1 with each change, each of which is announced. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type EventFactType = "EventCreated" | "EventUpdated" | "EventCancelled";

/** An event after a decision, and what was decided; nothing when nothing changed. */
export interface Decision {
  readonly event: Event;
  readonly fact: EventFactType | undefined;
}

const DAYS_MAX = 366;
const MINUTE_MS = 60_000;
/** No event lasts longer, so that one that is under way is found by when it began. */
export const SPAN_MAX_MS = DAYS_MAX * 24 * 60 * MINUTE_MS;

export interface EventDates {
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** Undefined where it lasts from its beginning to its end. */
  readonly durationMinutes: number | undefined;
}

export interface EventDetails extends EventDates {
  readonly name: string;
  /** Undefined for the hall's. */
  readonly capacity: number | undefined;
  readonly seatsMax: number;
  readonly oneBookingEach: boolean;
}

export interface Scheduled {
  readonly id: string;
  readonly location: Location;
  readonly hall: Hall;
  readonly organiserId: string;
  readonly at: Date;
}

/** Puts an event on sale. Whether its hall is free at that time is the schema's to say. */
export function scheduleEvent(details: EventDetails, scheduled: Scheduled): Decision {
  const { name, seatsMax, oneBookingEach } = details;
  const { id, location, hall, organiserId, at } = scheduled;
  const event: Event = {
    id,
    name,
    ...datesOf(details),
    location,
    hall,
    capacity: capacityIn(hall, details.capacity),
    seatsMax,
    oneBookingEach,
    status: "SCHEDULED",
    organiserId,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
  return { event, fact: "EventCreated" };
}

/** What is to be different; what is undefined stays. */
export interface EventChange {
  readonly name?: string | undefined;
  readonly startsAt?: Date | undefined;
  readonly endsAt?: Date | undefined;
  readonly durationMinutes?: number | undefined;
  /** `hall` for as many as the hall has. */
  readonly capacity?: number | "hall" | undefined;
  readonly seatsMax?: number | undefined;
  readonly oneBookingEach?: boolean | undefined;
}

/** Where an event takes place. */
export type Place = Pick<Event, "location" | "hall">;

/**
 * Changes an event that takes place. One that had all the seats of its hall has all those of the
 * hall it moves to. A change that changes nothing is not announced.
 */
export function changeEvent(
  event: Event,
  { change, place = event, at }: { change: EventChange; place?: Place; at: Date },
): Decision {
  if (event.status === "CANCELLED")
    throw new Refusal("conflict", "event_is_cancelled", "event is cancelled");

  const { location, hall } = place;
  const changed: Event = {
    ...event,
    name: change.name ?? event.name,
    ...changedDates(event, change),
    location,
    hall,
    capacity: capacityIn(hall, wantedCapacity(event, change)),
    seatsMax: change.seatsMax ?? event.seatsMax,
    oneBookingEach: change.oneBookingEach ?? event.oneBookingEach,
  };
  if (isSame(event, changed)) return { event, fact: undefined };
  return { event: { ...changed, version: event.version + 1, updatedAt: at }, fact: "EventUpdated" };
}

/** Says that an event does not take place, for good. Cancelling again changes nothing. */
export function cancelEvent(event: Event, at: Date): Decision {
  if (event.status === "CANCELLED") return { event, fact: undefined };
  const version = event.version + 1;
  return {
    event: { ...event, status: "CANCELLED", version, updatedAt: at },
    fact: "EventCancelled",
  };
}

function datesOf({
  startsAt,
  endsAt,
  durationMinutes,
}: EventDates): Pick<Event, "startsAt" | "endsAt" | "durationMinutes"> {
  const spanMs = endsAt.getTime() - startsAt.getTime();
  if (spanMs <= 0) throw invalid("endDate", "endDate must be after startDate");
  if (spanMs > SPAN_MAX_MS)
    throw invalid("endDate", `endDate must be within ${DAYS_MAX} days after startDate`);
  const spanMinutes = Math.ceil(spanMs / MINUTE_MS);
  if (durationMinutes !== undefined && durationMinutes > spanMinutes)
    throw invalid("duration", "duration is longer than from startDate to endDate");
  return { startsAt, endsAt, durationMinutes: durationMinutes ?? spanMinutes };
}

function changedDates(event: Event, change: EventChange) {
  const { startsAt = event.startsAt, endsAt = event.endsAt, durationMinutes } = change;
  const isMoved = +startsAt !== +event.startsAt || +endsAt !== +event.endsAt;
  const kept = isMoved ? undefined : event.durationMinutes;
  return datesOf({ startsAt, endsAt, durationMinutes: durationMinutes ?? kept });
}

function wantedCapacity(event: Event, { capacity }: EventChange): number | undefined {
  if (capacity === "hall") return undefined;
  if (capacity !== undefined) return capacity;
  return event.capacity === event.hall.capacity ? undefined : event.capacity;
}

function capacityIn(hall: Hall, capacity = hall.capacity): number {
  if (capacity <= hall.capacity) return capacity;
  throw invalid("capacity", "capacity is larger than the hall's");
}

function isSame(one: Event, other: Event): boolean {
  return (
    one.name === other.name &&
    +one.startsAt === +other.startsAt &&
    +one.endsAt === +other.endsAt &&
    one.durationMinutes === other.durationMinutes &&
    one.hall.id === other.hall.id &&
    one.capacity === other.capacity &&
    one.seatsMax === other.seatsMax &&
    one.oneBookingEach === other.oneBookingEach
  );
}
