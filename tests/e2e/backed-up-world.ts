import { encodeHeaders } from "@app/platform/messaging/headers.ts";
import { DeadLettersView } from "@app/platform/messaging/ops-views.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import { type QbRun, runQb } from "./qb.ts";
import { type Answer, callAt, openStage, type StageDatabase } from "./stage.ts";

export const names = ["orders", "inventory", "events", "bookings"] as const;
type Name = (typeof names)[number];

/** Both products, of which everything can be taken away and put back. */
export interface BackedUpWorld extends AsyncDisposable {
  call(name: Name, method: string, path: string, body?: object): Promise<Answer>;
  /** Places an order and returns its id. */
  order(sku: string, quantity: number): Promise<number>;
  /** Publishes an event of so many seats, and returns its id once seats can be booked. */
  publishEvent(capacity: number): Promise<string>;
  /** Books seats and returns the booking's id. */
  book(eventId: string, seats: number): Promise<string>;
  /** Sends inventory what it cannot read, and waits for the dead letter that comes of it. */
  deadLetter(): Promise<void>;
  /** What inventory could not handle: id, key, reason. */
  deadLetters(): Promise<readonly string[]>;
  stop(...which: readonly Name[]): Promise<void>;
  startAll(): Promise<void>;
  /** New and empty databases for all, and a broker without a stream. */
  wipe(): Promise<void>;
  qb(...args: readonly string[]): Promise<QbRun>;
}

export async function openBackedUpWorld(): Promise<BackedUpWorld> {
  await using starting = new AsyncDisposableStack();
  // The stage goes on opening things on it, so it stays where it is when the start has gone well.
  const opened = starting.use(new AsyncDisposableStack());
  const stage = await openStage(opened);
  const databases = new Map<Name, StageDatabase>();
  const services = new Map<Name, RunningService>();

  const startAll = async () => {
    const start = async (name: Name) => {
      const database = databases.get(name) ?? (await stage.database(name));
      databases.set(name, database);
      services.set(name, await stage.start(name, database, { RECONCILE_EVERY: "250ms" }));
    };
    // Two at a time: each has to be ready within a time that a busy machine may need for one.
    for (const pair of [names.slice(0, 2), names.slice(2)]) await Promise.all(pair.map(start));
  };
  const call: BackedUpWorld["call"] = (name, method, path, body) =>
    callAt(`${services.get(name)?.url}${path}`, { method, body });
  const made = async (...asked: Parameters<typeof call>) => {
    const { status, body } = await call(...asked);
    if (status > 202) throw new Error(`${asked[2]} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const deadLetters = async () => {
    const { body } = await call("inventory", "GET", "/ops/v1/dead-letters");
    return DeadLettersView.parse(body).deadLetters.map(
      ({ id, key, reason }) => `${id} ${key} ${reason}`,
    );
  };
  await startAll();

  const owned = starting.move();
  return {
    call,
    startAll,
    deadLetters,
    order: async (sku, quantity) =>
      (await made("orders", "POST", "/v1/orders", { userId: "ann", sku, quantity })).id,
    async publishEvent(capacity) {
      const hours = { openTime: 0, closeTime: 24 };
      const halls = [{ name: "Main", capacity }];
      const place = { name: "Opera", address: "1 Street", country: "Austria", ...hours, halls };
      const location = await made("events", "POST", "/locations", place);
      const startDate = Math.floor(Date.now() / 1_000) + 86_400;
      const event = await made("events", "POST", "/events", {
        name: "Aida",
        ...{ startDate, endDate: startDate + 3_600 },
        ...{ location: { id: location.id }, hall: { id: location.halls[0].id } },
      });
      await eventually(async () => {
        const { status } = await call("bookings", "GET", `/events/${event.id}/availability`);
        if (status !== 200) throw new Error(`availability is answered with ${status}`);
      });
      return event.id;
    },
    book: async (eventId, seats) =>
      (await made("bookings", "POST", `/events/${eventId}/bookings`, { userId: "ann", seats })).id,
    async deadLetter() {
      const eventId = crypto.randomUUID();
      const type = "orders.v1.order_created";
      await stage.broker.publish({
        subject: `${type}.900001`,
        headers: encodeHeaders({
          "Nats-Msg-Id": eventId,
          "ce-specversion": "1.0",
          "ce-id": eventId,
          "ce-type": type,
          "ce-source": "/elsewhere",
          "ce-time": new Date().toISOString(),
          key: "order/900001",
          version: "1",
        }),
        payload: Uint8Array.of(0xff, 0xff, 0xff, 0x01),
      });
      await eventually(async () => {
        if ((await deadLetters()).length === 0) throw new Error("no letter yet");
      });
    },
    async stop(...which) {
      await Promise.all(which.map((name) => services.get(name)?.process.stop()));
    },
    async wipe() {
      for (const name of names) databases.delete(name);
      for (const name of names) databases.set(name, await stage.database(name));
      const nc = await stage.broker.connection(60_000);
      for (const name of ["ORDERS", "INVENTORY", "EVENTS", "BOOKINGS", "DEAD_LETTERS", "CANARY"])
        await nc
          .request(`$JS.API.STREAM.DELETE.${name}`, undefined, { timeout: 60_000 })
          .then((answer) => {
            const { error } = answer.json<{ error?: unknown }>();
            if (error) throw new Error(`${name} was not deleted: ${JSON.stringify(error)}`);
          });
    },
    qb: (...args) =>
      runQb(args, {
        NATS_URL: stage.nats.url,
        ...Object.fromEntries(
          names.flatMap((name) => [
            [`${name.toUpperCase()}_URL`, services.get(name)?.url ?? ""],
            [`${name.toUpperCase()}_DATABASE_URL`, databases.get(name)?.url ?? ""],
          ]),
        ),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
