import { pageQuery, type ServiceNotes } from "@app/platform/openapi/call-notes.ts";
import { z } from "zod";
import { EventListView, EventView, LocationListView, LocationView } from "./event-view.ts";

const id = z.string().describe("Ignored: ids are given here.").optional();
const capacity = z.int().min(1).max(1_000_000);
const seconds = z.int().min(0).max(253_402_300_799);

/** Read by `domain/location-request.ts`. */
const Hall = z.object({
  id,
  name: z.string().max(200),
  location: z.string().max(300).describe("Where in the building.").optional(),
  capacity,
});

const PublishLocation = z.object({
  id,
  name: z.string().max(200),
  address: z.string().max(300).optional(),
  country: z.string().max(100).optional(),
  openTime: z.int().min(0).max(24).describe("The hour; 0 when not said.").optional(),
  closeTime: z.int().min(0).max(24).describe("The hour; 24 when not said.").optional(),
  halls: z.array(Hall).max(100).optional(),
  hall: Hall.describe("One more, as the first version's clients send it.").optional(),
});

/** Read by `domain/event-request.ts`. */
const changeable = {
  id,
  name: z.string().max(200),
  startDate: seconds.describe("Unix seconds."),
  endDate: seconds.describe("Unix seconds; with `duration` it need not be said.").optional(),
  duration: z.int().min(0).max(527_040).describe("Minutes.").optional(),
  hallId: z.string().describe("A hall that is known.").optional(),
  hall: z.union([z.string(), Hall.partial()]).describe("A hall by id, or described.").optional(),
  capacity: capacity.describe("The hall's when not said.").optional(),
  seatsMax: z.int().min(1).max(1_000).describe("Seats per booking; 10 when not said.").optional(),
  oneBookingEach: z.boolean().optional(),
};

const PublishEvent = z.object({
  ...changeable,
  locationId: z.string().describe("A location that is known.").optional(),
  location: z
    .union([z.string(), PublishLocation.partial()])
    .describe("A location by id, or one that is made with the event.")
    .optional(),
});

const ChangeEvent = z
  .object({ ...changeable, capacity: capacity.nullable().describe("Null: the hall's.") })
  .partial();

const hall = { id: "01900000-0000-7000-8000-200000000001", name: "Great hall", capacity: 300 };
const location = {
  id: "01900000-0000-7000-8000-100000000001",
  name: "Opera",
  address: "Ring 2",
  country: "Austria",
  openTime: 10,
  closeTime: 24,
  halls: [hall],
};
const times = { startDate: 1_893_500_000, endDate: 1_893_510_800, duration: 180 };
const event = {
  id: "01900000-0000-7000-8000-300000000003",
  name: "Aida",
  ...times,
  location,
  hall,
  capacity: 300,
  seatsMax: 10,
  oneBookingEach: false,
  status: "SCHEDULED",
  seatsLeft: 300,
};
const list = { answer: { events: [event], nextCursor: null } };
const unknown = { 404: "There is no such event." };
const notOwn = { 403: "It is another organiser's.", ...unknown };
const spellings =
  "Names of fields are read in any case, as the first version's clients write them.";

export const eventsNotes: ServiceNotes = {
  title: "MyEvents events",
  description:
    "What takes place, when and where. `seatsLeft` follows bookings closely; the exact number is theirs.",
  schemas: {
    Event: EventView,
    EventList: EventListView,
    Location: LocationView,
    LocationList: LocationListView,
  },
  params: { id: "A UUID, or what the path is about.", name: "The name, encoded as paths are." },
  calls: {
    "GET /events": {
      summary: "Search events, the next first",
      query: z.object({
        search: z.string().max(200).describe("Up to eight words, each as a beginning.").optional(),
        country: z.string().max(100).optional(),
        from: seconds.describe("Begins then or later, in unix seconds.").optional(),
        to: seconds.describe("Begins before then, in unix seconds.").optional(),
        available: z.boolean().describe("Only what can be booked.").optional(),
        ...pageQuery,
      }),
      example: list,
    },
    "GET /events/:id": { summary: "Show an event", example: { answer: event }, answers: unknown },
    "GET /events/id/:id": {
      summary: "Show an event, by the first version's path",
      example: { answer: event },
      answers: unknown,
    },
    "GET /events/name/:name": {
      summary: "List the events of a name, in any case",
      query: z.object(pageQuery),
      example: list,
      answers: unknown,
    },
    "POST /events": {
      summary: "Publish an event",
      description: spellings,
      body: PublishEvent,
      example: {
        body: { name: "Aida", ...times, locationId: location.id, hallId: hall.id },
        answer: event,
      },
      answers: {
        201: "It is published.",
        409: "Another event takes place in the hall, or the hall is closed then.",
      },
    },
    "PATCH /events/:id": {
      summary: "Change an event",
      description: spellings,
      body: ChangeEvent,
      example: { body: { capacity: 200 }, answer: { ...event, capacity: 200 } },
      answers: { 409: "Another event takes place in the hall.", ...notOwn },
    },
    "POST /events/:id/cancel": {
      summary: "Cancel an event, and with it what was booked",
      example: { answer: { ...event, status: "CANCELLED" } },
      answers: notOwn,
    },
    "GET /locations": {
      summary: "List locations",
      query: z.object(pageQuery),
      example: { answer: { locations: [location], nextCursor: null } },
    },
    "GET /locations/:id": {
      summary: "Show a location with its halls",
      example: { answer: location },
      answers: { 404: "There is no such location." },
    },
    "POST /locations": {
      summary: "Add a location",
      description: spellings,
      body: PublishLocation,
      example: {
        body: { name: "Opera", country: "Austria", halls: [{ name: "Great hall", capacity: 300 }] },
        answer: location,
      },
      answers: { 201: "It is there." },
    },
  },
};
