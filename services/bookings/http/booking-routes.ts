import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { ownerFor, ownerSeenBy } from "@app/platform/owner.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { readCancelReason } from "../domain/cancel-request.ts";
import { readListRequest } from "../domain/list-request.ts";
import { readId } from "../domain/request-checks.ts";
import type { BookingsApi } from "../store/bookings-api.ts";
import { cancelBooking } from "../store/cancel-booking.ts";
import { confirmHold, releaseHold } from "../store/confirm-hold.ts";
import { findBooking } from "../store/find-booking.ts";
import { listBookings } from "../store/list-bookings.ts";
import { lookAtHold } from "../store/look-at-hold.ts";
import { BookingListView, BookingView, holdViewOf, SeenHoldView, viewOf } from "./booking-views.ts";

const ownerOf = (request: Request) => ownerFor(contextOf(request).caller);
const seenBy = (request: Request) => ownerSeenBy(contextOf(request).caller);

/** Bookings and what leads to them. To others than its owner a booking or a hold is not there. */
export const bookingRoutes = (api: BookingsApi) =>
  new Elysia()
    .get(
      "/bookings",
      async ({ query, request }) => {
        const wanted = readListRequest(query);
        const userId = seenBy(request) ?? wanted.userId;
        const page = await listBookings(api.db, { ...wanted, userId });
        return { bookings: page.bookings.map(viewOf), nextCursor: page.nextCursor ?? null };
      },
      { response: BookingListView },
    )
    .get(
      "/bookings/:id",
      async ({ params, request }) =>
        viewOf(await findBooking(api.db, readId(params.id), { ownedBy: seenBy(request) })),
      { response: BookingView },
    )
    .post(
      "/bookings/:id/cancel",
      async ({ params, body, request }) => {
        const id = readId(params.id);
        const reason = readCancelReason(body ?? {});
        return viewOf(await cancelBooking(api, id, { reason, ownedBy: ownerOf(request) }));
      },
      { response: BookingView },
    )
    .get(
      "/holds/:id",
      async ({ params, request, set }) => {
        const ownedBy = seenBy(request);
        const { hold, now } = await lookAtHold(api.db, readId(params.id), { ownedBy });
        // A kept answer would say a time that is over.
        set.headers["cache-control"] = "no-store";
        return { ...holdViewOf(hold), now: now.toISOString() };
      },
      { response: SeenHoldView },
    )
    .post(
      "/holds/:id/confirm",
      async ({ params, request, set, status }) => {
        const { made, replayed } = await confirmHold(api, readId(params.id), {
          idempotencyKey: idempotencyKey(request.headers.get("idempotency-key")),
          ownedBy: ownerOf(request),
        });
        set.headers.location = `/bookings/${made.id}`;
        if (replayed) set.headers["idempotency-replayed"] = "true";
        return status(201, viewOf(made));
      },
      { response: { 201: BookingView } },
    )
    .delete("/holds/:id", async ({ params, request, status }) => {
      await releaseHold(api, readId(params.id), { ownedBy: ownerOf(request) });
      return status(204, undefined);
    });
