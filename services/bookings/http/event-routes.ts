import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { readId } from "../domain/request-checks.ts";
import { readSeatsRequest } from "../domain/seats-request.ts";
import { bookSeats } from "../store/book-seats.ts";
import type { BookingsApi } from "../store/bookings-api.ts";
import { findEvent } from "../store/find-event.ts";
import { holdSeats } from "../store/hold-seats.ts";
import {
  AvailabilityView,
  availabilityOf,
  BookingView,
  HoldView,
  holdViewOf,
  viewOf,
} from "./booking-views.ts";

/** What is done with the seats of one event. */
export const eventRoutes = (api: BookingsApi) =>
  new Elysia({ prefix: "/events/:id" })
    .post(
      "/bookings",
      async ({ params, body, request, set, status }) => {
        const { eventId, wanted, once } = readSeats(request, params.id, body);
        const { made, replayed } = await bookSeats(api, eventId, wanted, once);
        set.headers.location = `/bookings/${made.id}`;
        if (replayed) set.headers["idempotency-replayed"] = "true";
        return status(201, viewOf(made));
      },
      { response: { 201: BookingView } },
    )
    .post(
      "/holds",
      async ({ params, body, request, set, status }) => {
        const { eventId, wanted, once } = readSeats(request, params.id, body);
        const { made, replayed } = await holdSeats(api, eventId, wanted, once);
        if (replayed) set.headers["idempotency-replayed"] = "true";
        return status(201, holdViewOf(made));
      },
      { response: { 201: HoldView } },
    )
    .get(
      "/availability",
      async ({ params }) =>
        availabilityOf(await findEvent(api.db, api.freshness, readId(params.id))),
      { response: AvailabilityView },
    );

function readSeats(request: Request, id: string, body: unknown) {
  return {
    eventId: readId(id),
    wanted: readSeatsRequest(body, contextOf(request).caller?.subject),
    once: { idempotencyKey: idempotencyKey(request.headers.get("idempotency-key")) },
  };
}
