import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { openPool } from "@app/platform/postgres.ts";
import { temporaryCertificate } from "@app/platform/testing/certificates.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { startService } from "@app/platform/testing/service.ts";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { type SQL, sql } from "drizzle-orm";
import { aBooking, booked, cancelled, used } from "./testing/news.ts";
import { publisherOn } from "./testing/publisher.ts";

async function events(environment: Readonly<Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("events"));
  const broker = stack.use(await temporaryBroker());
  const settings = { DATABASE_URL: database.url, NATS_URL: broker.url, ...environment };
  const service = stack.use(await startService("events", settings));
  const publisher = stack.use(publisherOn(broker.url));
  const get = async (path: string) => (await fetch(`${service.url}${path}`)).json();
  const pool = openPool({ url: database.url, connectionsMax: 1, name: "events test" });
  stack.defer(() => pool.close(1_000));
  const query = async (text: SQL) => [...(await pool.q.execute(text))];
  return {
    service,
    broker,
    publisher,
    get,
    query,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

// A database, a broker and a process each: more than other tests, and less than this.
setDefaultTimeout(120_000);

describe("the events service", () => {
  test("announces what it publishes, and shows the seats that bookings leave", async () => {
    await using running = await events({ DEMO: "on" });
    const { service, publisher, get } = running;
    const client = createClient(
      EventsService,
      createConnectTransport({ baseUrl: service.url, httpVersion: "1.1" }),
    );
    const { event } = await client.createEvent({
      name: "Aida",
      startDate: 4_000_000_000n,
      endDate: 4_000_007_200n,
      location: { name: "Opera", halls: [{ name: "Main", capacity: 50 }] },
    });
    const id = event?.id ?? "";

    await eventually(async () => {
      expect(await publisher.subjects("EVENTS")).toContain(`events.v1.event_created.${id}`);
    });
    const [one, other] = [aBooking(id, 4), aBooking(id, 2)];
    // The second message of the one comes before its first.
    for (const message of [cancelled(one), booked(other), booked(one)])
      await publisher.publish(message);

    await eventually(async () => {
      expect(await get(`/events/${id}`)).toMatchObject({ capacity: 50, seatsLeft: 48 });
    });
    expect((await get("/events?limit=100")).events.length).toBeGreaterThan(40);
    expect(await get("/readyz")).toMatchObject({ status: "ok" });
    expect(service.logs().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("passes over a ticket that was used, and the booking's lane goes on", async () => {
    await using running = await events();
    const { publisher, query } = running;
    const eventId = Bun.randomUUIDv7();
    const booking = aBooking(eventId, 4);

    // The service is ready before its streams are made.
    for (const message of [used(booking), booked(booking)])
      await eventually(() => publisher.publish(message));

    await eventually(async () => {
      const lanes = await query(
        sql`select version::int from lanes where key = ${`booking/${booking.id}`}`,
      );
      expect(lanes).toEqual([{ version: 2 }]);
    });
    const counted = await query(sql`select seats from booked_seats where event_id = ${eventId}`);
    expect(counted).toEqual([{ seats: 4 }]);
    const aside = sql`select 1 from parked union all select 1 from dead_letters`;
    expect(await query(aside)).toEqual([]);
  });

  test("answers the same over TLS, beside HTTP", async () => {
    await using files = await temporaryCertificate();
    const { certFile: TLS_CERT_FILE, keyFile: TLS_KEY_FILE } = files;
    await using running = await events({
      DEMO: "on",
      HTTPS_PORT: "0",
      TLS_CERT_FILE,
      TLS_KEY_FILE,
    });

    const served = running.service.logs().find(({ message }) => message === "serving https");
    const ca = readFileSync(TLS_CERT_FILE, "utf8");
    const secure = await fetch(`${served?.url}/events?limit=3`, { tls: { ca } });

    expect(await secure.json()).toEqual(await running.get("/events?limit=3"));
    expect((await running.get("/readyz")).checks).toMatchObject({ certificate: { status: "ok" } });
  });

  test("takes changes while the broker is away, and announces them when it is back", async () => {
    await using running = await events();
    const { service, broker, publisher } = running;
    await broker.server.kill();

    const answer = await fetch(`${service.url}/locations`, {
      method: "POST",
      body: JSON.stringify({ name: "Opera", halls: [{ name: "Main", capacity: 5 }] }),
    });
    const { id } = await answer.json();
    await broker.server.restart();

    expect(answer.status).toBe(201);
    await eventually(async () => {
      expect(await publisher.subjects("EVENTS")).toEqual([`events.v1.location_created.${id}`]);
    });
  });
});
