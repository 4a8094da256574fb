import { z } from "zod";
import type { Hall, Location } from "../domain/location.ts";
import { averageOf } from "../domain/rating.ts";
import type { ListedEvent } from "../store/event-row.ts";

const seconds = z.int();

const HallView = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string().optional(),
  capacity: z.int().positive(),
});

export const LocationView = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  country: z.string(),
  openTime: z.int(),
  closeTime: z.int(),
  halls: z.array(HallView),
});

/** An event as everybody sees it; its dates are unix seconds. */
export const EventView = z.object({
  id: z.string(),
  name: z.string(),
  startDate: seconds,
  endDate: seconds,
  /** Minutes. */
  duration: z.int(),
  location: LocationView,
  hall: HallView,
  capacity: z.int().positive(),
  seatsMax: z.int().positive(),
  oneBookingEach: z.boolean(),
  status: z.enum(["SCHEDULED", "CANCELLED"]),
  seatsLeft: z.int().min(0),
  /** The average of its reviews to two places, and how many there are; left out without any. */
  rating: z.number().optional(),
  reviews: z.int().optional(),
});

export const EventListView = z.object({
  events: z.array(EventView),
  /** Asks for the page after this one; null on the last page. */
  nextCursor: z.string().nullable(),
});

export const LocationListView = z.object({
  locations: z.array(LocationView),
  nextCursor: z.string().nullable(),
});

export function viewOf({
  event,
  seatsLeft,
  rating: rated,
}: ListedEvent): z.output<typeof EventView> {
  const rating = averageOf(rated);
  const { id, name, startsAt, endsAt, durationMinutes, location, hall } = event;
  const { capacity, seatsMax, oneBookingEach, status } = event;
  return {
    id,
    name,
    startDate: secondsOf(startsAt),
    endDate: secondsOf(endsAt),
    duration: durationMinutes,
    location: locationViewOf(location),
    hall: hallViewOf(hall),
    capacity,
    seatsMax,
    oneBookingEach,
    status,
    seatsLeft,
    ...(rating === undefined ? {} : { rating, reviews: rated?.reviews }),
  };
}

export function locationViewOf(location: Location): z.output<typeof LocationView> {
  const { id, name, address, country, openTime, closeTime, halls } = location;
  return { id, name, address, country, openTime, closeTime, halls: halls.map(hallViewOf) };
}

function hallViewOf({ id, name, place, capacity }: Hall): z.output<typeof HallView> {
  return { id, name, ...(place === undefined ? {} : { location: place }), capacity };
}

function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}
