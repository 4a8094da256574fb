import { ReviewsService } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { reviewsAccess } from "./access.ts";
import { onBookingCancelled } from "./consumers/on-booking-cancelled.ts";
import { onEventBooked } from "./consumers/on-event-booked.ts";
import { onOrderCancelled } from "./consumers/on-order-cancelled.ts";
import { onOrderConfirmed } from "./consumers/on-order-confirmed.ts";
import { onOrderCreated } from "./consumers/on-order-created.ts";
import { onUserDeleted } from "./consumers/on-user-deleted.ts";
import { reviewsNotes } from "./http/call-notes.ts";
import { commentRoutes } from "./http/comment-routes.ts";
import { moderationRoutes } from "./http/moderation-routes.ts";
import { reviewRoutes } from "./http/review-routes.ts";
import { reviewsService } from "./rpc/reviews-service.ts";
import { countReported } from "./store/count-reported.ts";
import { keepHouse } from "./store/housekeeping.ts";
import { reviewsInvariants } from "./store/invariants.ts";
import type { ReviewsApi } from "./store/reviews-api.ts";
import { reviewsUnit } from "./store/unit.ts";

/** What reviews does, ready to be served and fed: no port is open and no broker is needed yet. */
export function reviews(api: ReviewsApi) {
  const listening = {
    durable: "reviews-service",
    order: "key" as const,
    unit: (tx: Transaction) => reviewsUnit(tx, api.authors),
  };
  return {
    access: reviewsAccess,
    notes: reviewsNotes,
    app: httpApp(reviewsAccess)
      .use(reviewRoutes(api))
      .use(commentRoutes(api))
      .use(moderationRoutes(api)),
    rpc: (router: ConnectRouter) => router.service(ReviewsService, reviewsService(api)),
    consumers: [
      {
        ...listening,
        stream: "ORDERS",
        handlers: [onOrderCreated, onOrderConfirmed, onOrderCancelled],
      },
      {
        ...listening,
        stream: "BOOKINGS",
        consumer: "reviews-service.bookings",
        handlers: [onEventBooked, onBookingCancelled],
      },
      {
        ...listening,
        stream: "USERS",
        consumer: "reviews-service.users",
        handlers: [onUserDeleted],
      },
    ],
    leaderTasks: [
      {
        name: "housekeeping",
        run: ({ signal }: { readonly signal: AbortSignal }) => keepHouse(api, signal),
      },
    ],
    gauges: [
      {
        name: "reviews_reported",
        help: "Reviews and comments that were reported and are still shown.",
        everyMs: 60_000,
        read: () => countReported(api.db),
      },
    ],
    invariants: reviewsInvariants,
    // A path names a review, which shows a handle: a line with both would lead from one to the other.
    namesCallers: false,
    /** Nothing is watched here. */
    close: () => undefined,
  };
}
