import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import type { Clock } from "@app/platform/clock.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { Log } from "@app/platform/log.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import { payloadReader } from "@app/platform/messaging/incoming.ts";
import type { LeaderTask } from "@app/platform/messaging/leader.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Seal } from "@app/platform/sealed.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { bookingsAccess } from "./access.ts";
import { onEventCancelled } from "./consumers/on-event-cancelled.ts";
import { onEventCreated } from "./consumers/on-event-created.ts";
import { onEventUpdated } from "./consumers/on-event-updated.ts";
import { bookingRoutes } from "./http/booking-routes.ts";
import { bookingsNotes } from "./http/call-notes.ts";
import { eventRoutes } from "./http/event-routes.ts";
import { rebuildRoutes } from "./http/rebuild-routes.ts";
import { sagaRoutes } from "./http/saga-routes.ts";
import { ticketRoutes } from "./http/ticket-routes.ts";
import { bookingsService } from "./rpc/bookings-service.ts";
import { bookingMeters } from "./store/booking-meters.ts";
import type { BookingsApi } from "./store/bookings-api.ts";
import { bookDemoSeats } from "./store/demo.ts";
import { keepCancellations, keepHolds } from "./store/housekeeping.ts";
import { bookingInvariants } from "./store/invariants.ts";
import { bookedSeatsLedger, heardEventsLedger } from "./store/ledger.ts";
import { agesOfOpenHolds } from "./store/open-holds.ts";
import { projectionFreshness } from "./store/projection-freshness.ts";
import { keepRebuilding, type RebuildTask } from "./store/rebuild-task.ts";
import { sealOpenKeys, ticketKeysIn } from "./store/ticket-keys.ts";
import { ticketsWith } from "./store/tickets.ts";
import { bookingsUnit, storedVersions } from "./store/unit.ts";

export interface BookingsSettings {
  readonly db: Database;
  /** Who says whether all was heard of events, and is read from for a rebuild. */
  readonly broker: Pick<Broker, "connected" | "durableState" | "read" | "streamState">;
  /** What the keys of tickets are sealed with. */
  readonly seal: Seal;
  /** How long seats are held. */
  readonly holdMs: number;
  /** How many open holds one customer may have. */
  readonly holdsMax: number;
  /** Books seats of the demo's events. */
  readonly demo?: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

const source = { stream: "EVENTS", durable: "bookings-service" };
const handlers = [onEventCreated, onEventUpdated, onEventCancelled];

/** What bookings does, ready to be served and fed: no port is open and no broker is needed yet. */
export function bookings(settings: BookingsSettings) {
  const { db, broker, seal, holdMs, holdsMax, demo, clock, log } = settings;
  const { meters, booked } = bookingMeters();
  const freshness = projectionFreshness({ broker, ...source, clock });
  const ticketKeys = ticketKeysIn({ db, seal, clock });
  const tickets = ticketsWith(ticketKeys);
  const api: BookingsApi = { db, freshness, tickets, holdMs, holdsMax, booked, clock };
  // All that the stream carries: what nobody here listens to is not unreadable.
  const contracts = messageContracts.filter(({ stream }) => stream === source.stream);
  const payloads = payloadReader(contracts.map(({ schema }) => schema));
  const rebuilding: RebuildTask = { db, broker, ...source, handlers, payloads, clock, log };

  return {
    access: bookingsAccess,
    notes: bookingsNotes,
    app: httpApp(bookingsAccess)
      .use(eventRoutes(api))
      .use(bookingRoutes(api))
      .use(ticketRoutes(api))
      .use(sagaRoutes({ db }))
      .use(rebuildRoutes({ db, consumer: source.durable })),
    rpc: (router: ConnectRouter) => router.service(BookingsService, bookingsService(api)),
    consumers: [
      {
        ...source,
        order: "latest" as const,
        handlers,
        unit: bookingsUnit,
        versionsOf: storedVersions,
      },
    ],
    /** What one replica does for all. */
    leaderTasks: [
      leaderTask("holds", (signal) => keepHolds({ db, clock }, signal)),
      leaderTask("cancelled events", (signal) => keepCancellations({ db, clock }, signal)),
      leaderTask("rebuild", (signal) => keepRebuilding(rebuilding, signal)),
      ...(demo ? [leaderTask("demo", (signal) => bookDemoSeats(api, signal))] : []),
    ],
    invariants: bookingInvariants,
    ledgers: [heardEventsLedger, bookedSeatsLedger],
    sagas: {
      saga: "hold",
      // Its end and a minute to notice it.
      lateAfterSeconds: holdMs / 1_000 + 60,
      ages: async () => (await agesOfOpenHolds(db)).ages,
    },
    meters,
    async requireTicketKey() {
      await sealOpenKeys({ db, seal });
      await ticketKeys.signing();
    },
    /** Nothing is watched here. */
    close: () => undefined,
  };
}

function leaderTask(name: string, run: (signal: AbortSignal) => Promise<void>): LeaderTask {
  return { name, run: ({ signal }) => run(signal) };
}
