import { type SQL, sql } from "drizzle-orm";
import type { Event } from "../domain/event.ts";
import type { Hall, Location } from "../domain/location.ts";
import type { Rating } from "../domain/rating.ts";
import { keyOf, wordsOf } from "../domain/words.ts";
import { bookedSeats, eventRatings, events, halls, locations } from "./tables.ts";
import { texts } from "./texts.ts";

/** An event, how many of its seats are free as far as is known, and what customers think of it. */
export interface ListedEvent {
  readonly event: Event;
  readonly seatsLeft: number;
  /** Undefined where nobody reviewed it. */
  readonly rating: Rating | undefined;
}

/**
 * The halls of a location as one document, in the order in which they were given. Columns are written
 * out, because Drizzle leaves the tables' names away where it selects from one alone.
 */
const hallsOfLocation = sql<readonly HallDocument[]>`(
  select coalesce(json_agg(json_build_object('id', hall.id, 'name', hall.name,
    'place', hall.place, 'capacity', hall.capacity) order by hall.position), '[]')
  from ${halls} hall where hall.location_id = locations.id)`;

interface HallDocument extends Omit<Hall, "place"> {
  readonly place: string | null;
}

export const locationColumns = {
  id: locations.id,
  name: locations.name,
  address: locations.address,
  country: locations.country,
  openTime: locations.openTime,
  closeTime: locations.closeTime,
  halls: hallsOfLocation,
};

type LocationColumns = Omit<Location, "halls"> & { readonly halls: readonly HallDocument[] };

export function locationFromRow({ halls, ...location }: LocationColumns): Location {
  return {
    ...location,
    halls: halls.map(({ place, ...hall }) => ({ ...hall, place: place ?? undefined })),
  };
}

const ownColumns = {
  id: events.id,
  name: events.name,
  startsAt: events.startsAt,
  endsAt: events.endsAt,
  durationMinutes: events.durationMinutes,
  hallId: events.hallId,
  capacity: events.capacity,
  seatsMax: events.seatsMax,
  oneBookingEach: events.oneBookingEach,
  status: events.status,
  organiserId: events.organiserId,
  version: events.version,
  createdAt: events.createdAt,
  updatedAt: events.updatedAt,
};

const ratingOfEvent = sql<Rating | null>`(
  select json_build_object('reviews', rating.reviews, 'stars', rating.stars)
  from ${eventRatings} rating where rating.event_id = events.id)`;

/** What an event is read from: its row, joined with its location and the seats that are booked. */
export const eventColumns = {
  event: ownColumns,
  location: locationColumns,
  booked: bookedSeats.seats,
  rating: ratingOfEvent,
};

interface EventColumns {
  readonly event: Omit<Event, "location" | "hall"> & { readonly hallId: string };
  readonly location: LocationColumns;
  readonly booked: number | null;
  readonly rating: Rating | null;
}

export function eventFromRow({ event, location, booked, rating }: EventColumns): ListedEvent {
  const { hallId, ...own } = event;
  const where = locationFromRow(location);
  const hall = where.halls.find(({ id }) => id === hallId);
  if (!hall) throw new Error(`event ${event.id} is stored in a hall of another location`);
  return {
    event: { ...own, location: where, hall },
    seatsLeft: seatsLeftOf(event, booked),
    rating: rating ?? undefined,
  };
}

/** Capacity may be lowered below what is sold; then nothing is left until it fits. */
export function seatsLeftOf({ capacity }: Pick<Event, "capacity">, booked: number | null): number {
  return Math.max(0, capacity - (booked ?? 0));
}

/** All columns that a decision writes. */
export function eventToRow(event: Event) {
  const { id, name, startsAt, endsAt, durationMinutes, location, hall } = event;
  const { capacity, seatsMax, oneBookingEach, status, organiserId } = event;
  const { version, createdAt, updatedAt } = event;
  return {
    id,
    name,
    nameKey: keyOf(name),
    startsAt,
    endsAt,
    durationMinutes,
    locationId: location.id,
    hallId: hall.id,
    hallCapacity: hall.capacity,
    countryKey: keyOf(location.country),
    capacity,
    seatsMax,
    oneBookingEach,
    status,
    organiserId,
    search: vectorOf(searchedWords(event)),
    version,
    createdAt,
    updatedAt,
  };
}

/** The words that an event is found by. Its own come first: a vector holds so many of them. */
export function searchedWords({ name, location, hall }: Event): readonly string[] {
  return wordsOf([name, location.name, hall.name, location.country, location.address].join(" "));
}

const vectorOf = (words: readonly string[]): SQL => sql`array_to_tsvector(${texts(words)})`;
