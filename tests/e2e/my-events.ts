import type { Event } from "@app/bookings/domain/event.ts";
import { newsOf } from "@app/bookings/testing/event-news.ts";
import { makeStreams } from "@app/bookings/testing/live.ts";
import { anEvent } from "@app/bookings/testing/world.ts";
import { systemClock } from "@app/platform/clock.ts";
import { type JetStreamBroker, openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import postgres from "postgres";

/** Bookings, with the events service or with news of events by hand, and nothing shared with other tests. */
export interface MyEvents extends AsyncDisposable {
  readonly bookings: readonly [RunningService, ...RunningService[]];
  /** Only where the world was opened with it. */
  readonly events: RunningService | undefined;
  readonly nats: TemporaryBroker;
  readonly broker: JetStreamBroker;
  /** For looking at the tables of bookings past the service. */
  readonly sql: postgres.Sql;
  /** Announces an event as the events service would, and waits until bookings know it. */
  announce(event?: Partial<Event>, version?: number): Promise<string>;
  /** What bookings answer; a replica by number. */
  call(method: string, path: string, call?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly replica?: number;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

export interface MyEventsOptions {
  readonly replicas?: 1 | 2;
  readonly withEvents?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

export async function openMyEvents({
  replicas = 1,
  withEvents = false,
  settings = {},
}: MyEventsOptions = {}): Promise<MyEvents> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await temporaryDatabase("bookings"));
  const nats = opened.use(await temporaryBroker());
  const broker = openJetStream({ servers: [nats.url], name: "end to end", clock: systemClock });
  opened.defer(() => broker.close());
  await makeStreams(broker);
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  opened.defer(() => sql.end({ timeout: 1 }));

  const start = async (name: string, url: string, own: Readonly<Record<string, string>> = {}) => {
    const environment = { DATABASE_URL: url, NATS_URL: nats.url, ...own };
    const service = opened.use(await startService(name, environment));
    // A test that is over has nothing in flight that is worth a drain.
    opened.defer(() => service.process.kill());
    return service;
  };
  const eventsUrl = withEvents ? opened.use(await temporaryDatabase("events")).url : undefined;
  const [first, second, events] = await Promise.all([
    start("bookings", database.url, settings),
    replicas === 2 ? start("bookings", database.url, settings) : undefined,
    eventsUrl === undefined ? undefined : start("events", eventsUrl),
  ]);
  const bookings: MyEvents["bookings"] = second ? [first, second] : [first];
  const call: MyEvents["call"] = async (method, path, { body, headers, replica = 0 } = {}) => {
    const service = bookings[replica % bookings.length] ?? first;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${service.url}${path}`, {
      method,
      ...sent,
      ...(headers && { headers }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };

  const owned = opened.move();
  return {
    bookings,
    events,
    nats,
    broker,
    sql,
    call,
    async announce(given, version = 1) {
      const event = anEvent(given);
      await broker.publish(newsOf(event, version));
      await eventually(async () => {
        const [known] = await sql`
          select from event_view where event_id = ${event.id} and version >= ${version}`;
        return known !== undefined;
      });
      return event.id;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
