import { SagasRequest } from "@app/platform/messaging/ops-saga-views.ts";
import { pageQuery, type ServiceNotes } from "@app/platform/openapi/call-notes.ts";
import { z } from "zod";
import {
  AvailabilityView,
  BookingListView,
  BookingView,
  HoldView,
  SeenHoldView,
} from "./booking-views.ts";

/** Read by `domain/seats-request.ts`. */
const Seats = z.object({
  seats: z.int().min(1).max(1_000).describe("At most the event's `seatsMax`."),
  userId: z
    .string()
    .max(128)
    .describe("Not looked at with a token, whose subject takes its place; else `guest`.")
    .optional(),
});

const eventId = "01900000-0000-7000-8000-300000000003";
const booking = {
  id: "01900000-0000-7000-8000-400000000001",
  eventId,
  eventName: "Aida",
  userId: "ada",
  seats: 2,
  status: "CONFIRMED",
  createdAt: "2026-01-01T12:00:00.000Z",
};
const hold = {
  id: "01900000-0000-7000-8000-500000000001",
  eventId,
  userId: "ada",
  seats: 2,
  state: "OPEN",
  createdAt: "2026-01-01T12:00:00.000Z",
  expiresAt: "2026-01-01T12:10:00.000Z",
};
const unknown = { 404: "There is no such thing, or it is somebody else's." };
const refused = {
  404: "There is no such event.",
  409: "Not enough seats are left, or the event is over, cancelled, or booked already.",
  422: "The Idempotency-Key was used for another request.",
  503: "The event may be too new to be known here; try again.",
};

export const bookingsNotes: ServiceNotes = {
  title: "MyEvents bookings",
  description: "Sells seats, never one twice, whether or not the events service is there.",
  schemas: {
    Booking: BookingView,
    BookingList: BookingListView,
    Hold: HoldView,
    SeenHold: SeenHoldView,
    Availability: AvailabilityView,
  },
  params: { id: "A UUID, or what the path is about." },
  calls: {
    "POST /events/:id/bookings": {
      summary: "Book seats",
      body: Seats,
      headers: ["Idempotency-Key"],
      example: { body: { seats: 2, userId: "ada" }, answer: booking },
      answers: { 201: "The seats are taken.", ...refused },
    },
    "POST /events/:id/holds": {
      summary: "Hold seats for a while",
      body: Seats,
      headers: ["Idempotency-Key"],
      example: { body: { seats: 2 }, answer: hold },
      answers: {
        201: "The seats are held until `expiresAt`.",
        429: "The customer has too many holds open.",
        ...refused,
      },
    },
    "GET /events/:id/availability": {
      summary: "Tell how many seats are left, exactly",
      example: { answer: { capacity: 300, booked: 2, held: 0, left: 298 } },
      answers: { 404: "There is no such event.", 503: refused[503] },
    },
    "GET /bookings": {
      summary: "List bookings, the newest first",
      query: z.object({
        userId: z.string().max(128).describe("Without effect for customers.").optional(),
        eventId: z.uuid().optional(),
        ...pageQuery,
      }),
      example: { answer: { bookings: [booking], nextCursor: null } },
    },
    "GET /bookings/:id": {
      summary: "Show a booking",
      example: { answer: booking },
      answers: unknown,
    },
    "POST /bookings/:id/cancel": {
      summary: "Cancel a booking",
      body: z.object({ reason: z.string().max(1_000).optional() }),
      example: { body: { reason: "ill" } },
      answers: { 409: "The ticket was used.", ...unknown },
    },
    "GET /bookings/:id/ticket": {
      summary: "Show the ticket of a booking",
      answers: {
        200: {
          description: "A QR code; with `Accept: application/json` the text in it, as `ticket`.",
          media: "image/svg+xml",
        },
        409: "The booking was cancelled.",
        ...unknown,
      },
    },
    "GET /holds/:id": {
      summary: "Show a hold, with the time by the clock that ends it",
      example: { answer: { ...hold, now: "2026-01-01T12:00:01.000Z" } },
      answers: unknown,
    },
    "POST /holds/:id/confirm": {
      summary: "Make a booking of a hold",
      headers: ["Idempotency-Key"],
      example: { answer: booking },
      answers: { 201: "The seats are booked.", 409: "The hold is over.", ...unknown },
    },
    "DELETE /holds/:id": {
      summary: "Release a hold",
      answers: { 204: "The seats are free.", 409: "It was confirmed.", ...unknown },
    },
    "GET /tickets/keys": {
      summary: "Show the keys by which tickets are verified offline",
      answers: { 200: "A JSON Web Key Set." },
    },
    "POST /tickets/verify": {
      summary: "Let somebody in",
      body: z.object({ ticket: z.string().max(4_000).describe("The text in the QR code.") }),
      example: { body: { ticket: "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl" } },
      answers: {
        200: "The ticket is good, and used from now on.",
        400: "It is no ticket of ours.",
        409: "It was used already, or its booking was cancelled.",
      },
    },
    "GET /ops/v1/sagas": { summary: "List open holds, the oldest first", query: SagasRequest },
    "POST /ops/v1/rebuilds": {
      summary: "Build the projection of events anew, while bookings go on",
      answers: { 202: "It has begun." },
    },
    "GET /ops/v1/rebuilds/current": {
      summary: "Show the rebuild that is running",
      answers: { 404: "None is running." },
    },
    "GET /ops/v1/rebuilds/:id": { summary: "Show a rebuild", answers: unknown },
    "POST /ops/v1/rebuilds/:id/cancel": { summary: "End a rebuild", answers: unknown },
  },
};
