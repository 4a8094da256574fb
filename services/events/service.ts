import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { eventsAccess } from "./access.ts";
import { onBookingCancelled } from "./consumers/on-booking-cancelled.ts";
import { onEventBooked } from "./consumers/on-event-booked.ts";
import { onEventRated } from "./consumers/on-event-rated.ts";
import { eventsNotes } from "./http/call-notes.ts";
import { eventRoutes } from "./http/event-routes.ts";
import { locationRoutes } from "./http/location-routes.ts";
import { eventsService } from "./rpc/events-service.ts";
import { countOnSale } from "./store/count-on-sale.ts";
import { storedRatings } from "./store/event-ratings.ts";
import { eventsInvariants } from "./store/invariants.ts";
import { bookedSeatsLedger, eventsLedger } from "./store/ledger.ts";
import type { EventsApi } from "./store/publishing.ts";
import { eventsUnit } from "./store/unit.ts";

/** What events does, ready to be served and fed: no port is open and no broker is needed yet. */
export function events({ db, clock, random }: EventsApi) {
  const api: EventsApi = { db, clock, random };
  const unit = (tx: Transaction) => eventsUnit(tx);
  return {
    access: eventsAccess,
    notes: eventsNotes,
    app: httpApp(eventsAccess).use(eventRoutes(api)).use(locationRoutes(api)),
    rpc: (router: ConnectRouter) => router.service(EventsService, eventsService(api)),
    consumers: [
      {
        stream: "BOOKINGS",
        durable: "events-service",
        order: "key" as const,
        handlers: [onEventBooked, onBookingCancelled],
        unit,
      },
      {
        stream: "REVIEWS",
        durable: "events-service",
        consumer: "events-service.reviews",
        order: "latest" as const,
        handlers: [onEventRated],
        unit,
        versionsOf: storedRatings,
      },
    ],
    gauges: [
      {
        name: "events_on_sale",
        help: "Events that take place and are not over.",
        everyMs: 60_000,
        read: () => countOnSale(db),
      },
    ],
    invariants: eventsInvariants,
    ledgers: [eventsLedger, bookedSeatsLedger],
    /** There is nothing that is watched. */
    close: () => undefined,
  };
}
