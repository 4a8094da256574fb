import { messageContracts } from "@app/contracts/messages.ts";
import { systemClock } from "@app/platform/clock.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { fromBinary, type Message } from "@bufbuild/protobuf";
import { asc } from "drizzle-orm";
import type { Location } from "../domain/location.ts";
import type { ListedEvent } from "../store/event-row.ts";
import { type EventsApi, publishEvent, publishLocation } from "../store/publishing.ts";

/** A database of one test's own, and a pool on it. */
export interface World extends AsyncDisposable {
  readonly db: Pool;
  readonly url: string;
  readonly api: EventsApi;
  /** Writes by hand, past every rule of the code. */
  run(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** What waits in the outbox, decoded, oldest first. */
  announced(): Promise<readonly Announcement[]>;
  /** Adds a location with halls by their seats, such as `{ Main: 500 }`. */
  location(halls: Readonly<Record<string, number>>, details?: object): Promise<Location>;
  /** Publishes an event as a request does, by default from 20:00 to 22:00 on a day of its own. */
  event(given?: object): Promise<ListedEvent>;
}

export interface Announcement {
  readonly subject: string;
  readonly key: string;
  readonly version: number;
  readonly message: Message & Record<string, unknown>;
}

/** Far enough ahead that no test's event is over. */
export const evening = Date.UTC(2090, 0, 1, 20) / 1_000;
export const hours = 3_600;
export const days = 24 * hours;

export async function eventsWorld({
  connectionsMax = 8,
  statementTimeoutMs = 10_000,
}: {
  readonly connectionsMax?: number;
  readonly statementTimeoutMs?: number;
} = {}): Promise<World> {
  const database = await temporaryDatabase("events");
  const { url } = database;
  const db = openPool({ url, connectionsMax, statementTimeoutMs, name: "events-test" });
  const api = { db, clock: systemClock, random: systemRandom };
  let day = 0;

  return {
    db,
    url,
    api,
    run: async (statement) => [...(await db.q.execute(statement))],
    announced: async () =>
      (await db.q.select().from(outbox).orderBy(asc(outbox.id))).map(
        ({ subject, key, version, payload }) => ({
          subject,
          key,
          version,
          message: decoded(subject, payload),
        }),
      ),
    location: (halls, details = {}) =>
      publishLocation(api, {
        name: "Opera House",
        address: "1 Main Street, Vienna",
        country: "Austria",
        halls: Object.entries(halls).map(([name, capacity]) => ({ name, capacity })),
        ...details,
      }),
    event: (given = {}) => {
      const startDate = evening + day++ * days;
      const dates = { startDate, endDate: startDate + 2 * hours };
      return publishEvent(api, undefined, { name: "Aida", ...dates, ...given });
    },
    async [Symbol.asyncDispose]() {
      await db.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

function decoded(subject: string, payload: Uint8Array) {
  const contract = messageContracts.find((known) => subject.startsWith(`${known.subject}.`));
  if (!contract) throw new Error(`no contract has ${subject}`);
  return fromBinary(contract.schema, payload) as Message & Record<string, unknown>;
}
