import { messageContracts } from "@app/contracts/messages.ts";
import { systemClock } from "@app/platform/clock.ts";
import { row } from "@app/platform/messaging/handler.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { sealedBy } from "@app/platform/sealed.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { fromBinary, type Message } from "@bufbuild/protobuf";
import { asc, eq, sql } from "drizzle-orm";
import type { Booking } from "../domain/booking.ts";
import type { Event } from "../domain/event.ts";
import type { BookingsApi } from "../store/bookings-api.ts";
import { bookingInvariants } from "../store/invariants.ts";
import type { ProjectionFreshness } from "../store/projection-freshness.ts";
import { eventSeats } from "../store/tables.ts";
import { ticketKeysIn } from "../store/ticket-keys.ts";
import { ticketsWith } from "../store/tickets.ts";
import { bookingsUnit } from "../store/unit.ts";

/** A database of one test's own, with what it takes to book there. */
export interface BookingsWorld extends AsyncDisposable {
  readonly pool: Pool;
  readonly url: string;
  readonly api: BookingsApi;
  /** What was counted, in order. */
  readonly counted: Booking[];
  /** Announces an event as its message does, and returns its id. */
  announce(event?: Partial<Event>, version?: number): Promise<string>;
  seats(eventId: string): Promise<typeof eventSeats.$inferSelect>;
  /** Lets the time of all open holds be over, by the database. */
  endHolds(): Promise<void>;
  /** What waits in the outbox, decoded, oldest first. */
  announced(): Promise<readonly Announcement[]>;
  /** Every breach of what is always true. */
  breaches(): Promise<readonly string[]>;
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface Announcement {
  readonly type: string;
  readonly key: string;
  readonly version: number;
  readonly message: Message & Record<string, unknown>;
}

const HOUR_MS = 3_600_000;

/** An event tomorrow, with whatever a test cares about. */
export const anEvent = (given: Partial<Event> = {}): Event => ({
  id: Bun.randomUUIDv7(),
  name: "A concert",
  startsAt: new Date(Date.now() + 24 * HOUR_MS),
  endsAt: new Date(Date.now() + 26 * HOUR_MS),
  capacity: 10,
  seatsMax: 10,
  oneBookingEach: false,
  cancelled: false,
  ...given,
});

/** One that has heard everything. */
export const allHeard: ProjectionFreshness = {
  require: async () => undefined,
  check: () => undefined,
};

/** What every test seals the keys of tickets with. */
export const testSeal = sealedBy("a secret of the tests, long enough");

export interface WorldOptions {
  readonly connectionsMax?: number;
  readonly holdMs?: number;
  readonly holdsMax?: number;
}

/** A crowd queues for the seats of one event: on a busy machine for longer than a caller would wait. */
export const patiently = { lockTimeoutMs: 10_000 } as const;

export async function bookingsWorld({
  connectionsMax = 8,
  holdMs = 600_000,
  holdsMax = 10,
}: WorldOptions = {}): Promise<BookingsWorld> {
  const database = await temporaryDatabase("bookings");
  const pool = openPool({ ...patiently, url: database.url, connectionsMax, name: "bookings test" });
  const counted: Booking[] = [];
  const api: BookingsApi = {
    db: pool,
    freshness: allHeard,
    tickets: ticketsWith(ticketKeysIn({ db: pool, seal: testSeal, clock: systemClock })),
    holdMs,
    holdsMax,
    booked: (booking) => void counted.push(booking),
    clock: systemClock,
  };
  return {
    pool,
    url: database.url,
    api,
    counted,
    announce: (event, version) => announce(pool, anEvent(event), version),
    seats: async (eventId) => {
      const [found] = await pool.q.select().from(eventSeats).where(eq(eventSeats.eventId, eventId));
      if (!found) throw new Error(`event ${eventId} has no seats`);
      return found;
    },
    endHolds: async () => {
      await pool.q.execute(
        sql`update holds set expires_at = now() - interval '1 second' where state = 'OPEN'`,
      );
    },
    announced: async () =>
      (await pool.q.select().from(outbox).orderBy(asc(outbox.id))).map(decoded),
    breaches: () => breachesIn(pool),
    query: async (text) => [...(await pool.q.execute(sql.raw(text)))],
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Takes in an event's state as the consumer does. */
export async function announce(pool: Pool, event: Event, version = 1): Promise<string> {
  await pool.transaction(async (tx) => {
    const unit = bookingsUnit(tx);
    await unit.lock([row("event_seats", event.id)]);
    await unit.stores.events.announce(event, version);
  });
  return event.id;
}

async function breachesIn(pool: Pool): Promise<readonly string[]> {
  const slice = { rowsMax: 10_000, breachesMax: 20, sentKeepMs: HOUR_MS };
  const looks = await Promise.all(
    bookingInvariants.map(async ({ name, look }) => {
      const { breaches } = await pool.transaction((tx) =>
        look(tx, { ...slice, cursor: undefined }),
      );
      return breaches.map(({ about, problem }) => `${name}: ${about} ${problem}`);
    }),
  );
  return looks.flat();
}

function decoded({
  subject,
  key,
  version,
  payload,
}: Pick<typeof outbox.$inferSelect, "subject" | "key" | "version" | "payload">): Announcement {
  const contract = messageContracts.find((known) => subject.startsWith(`${known.subject}.`));
  if (!contract) throw new Error(`no contract has ${subject}`);
  const message = fromBinary(contract.schema, payload) as Message & Record<string, unknown>;
  return { type: contract.type, key, version, message };
}
