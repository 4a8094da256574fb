import type { Event } from "@app/bookings/domain/event.ts";
import { newsOf } from "@app/bookings/testing/event-news.ts";
import { makeStreams } from "@app/bookings/testing/live.ts";
import { anEvent } from "@app/bookings/testing/world.ts";
import type { JetStreamBroker } from "@app/platform/messaging/jetstream-broker.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { TemporaryBroker } from "@app/platform/testing/nats.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import type postgres from "postgres";
import { type Answer, callAt, openStage } from "./stage.ts";

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
  const stage = await openStage(opened);
  const { nats, broker } = stage;
  await makeStreams(broker);
  const { url, sql } = await stage.database("bookings");
  const ofEvents = withEvents ? await stage.database("events") : undefined;
  const start = () => stage.start("bookings", { url }, settings);
  const [first, second, events] = await Promise.all([
    start(),
    replicas === 2 ? start() : undefined,
    ofEvents && stage.start("events", ofEvents),
  ]);
  const bookings: MyEvents["bookings"] = second ? [first, second] : [first];
  const call: MyEvents["call"] = (method, path, { replica = 0, ...options } = {}) => {
    const service = bookings[replica % bookings.length] ?? first;
    return callAt(`${service.url}${path}`, { method, ...options });
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
