import { expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { startService } from "@app/platform/testing/service.ts";
import type { Event } from "./domain/event.ts";
import { newsOf } from "./testing/event-news.ts";
import { makeStreams } from "./testing/live.ts";
import { anEvent } from "./testing/world.ts";

// A database, a broker and a process each: more than other tests, and less than this.
setDefaultTimeout(120_000);

async function running(environment: Readonly<Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("bookings"));
  const nats = stack.use(await temporaryBroker());
  const broker = openJetStream({ servers: [nats.url], name: "test", clock: systemClock });
  stack.defer(() => broker.close());
  await makeStreams(broker);
  const settings = { DATABASE_URL: database.url, NATS_URL: nats.url, ...environment };
  const service = stack.use(await startService("bookings", settings));
  const post = (path: string, body: object) =>
    fetch(`${service.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return {
    service,
    nats,
    broker,
    post,
    publish: async (event: Event) => void (await broker.publish(newsOf(event, 1))),
    get: async (path: string) => {
      const response = await fetch(`${service.url}${path}`);
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("books an event that was announced, announces the booking, and counts it", async () => {
  await using world = await running();
  const event = anEvent({ name: "Opera", capacity: 5 });

  await world.publish(event);
  const booked = await eventually(async () => {
    const answer = await world.post(`/events/${event.id}/bookings`, { seats: 3, userId: "ada" });
    expect(answer.status).toBe(201);
    return answer.json();
  });

  const stated = await eventually(async () => {
    for await (const message of world.broker.read("BOOKINGS")) return message.subject;
    return false;
  });
  expect(stated).toBe(`bookings.v1.event_booked.${booked.id}`);
  const metrics = await fetch(`http://127.0.0.1:${world.service.ports.metrics}/metrics`);
  const text = await metrics.text();
  const labels = `eventID="${event.id}",eventName="Opera",service="bookings"`;
  expect(text).toContain(`myevents_bookings_count{${labels}} 3`);
  for (const [le, count] of Object.entries({ 1: 0, 2: 0, 3: 1, 4: 1, "+Inf": 1 }))
    expect(text).toContain(
      `myevents_seats_per_booking_bucket{le="${le}",service="bookings"} ${count}`,
    );
});

test("books while the broker is away and over a restart, but calls no event unknown", async () => {
  await using world = await running();
  const event = anEvent({ capacity: 5 });
  await world.publish(event);
  await eventually(async () =>
    expect((await world.get(`/events/${event.id}/availability`)).status).toBe(200),
  );
  const unknown = `/events/${Bun.randomUUIDv7()}/availability`;
  await eventually(async () => expect((await world.get(unknown)).status).toBe(404));

  await world.service.process.stop();
  await world.nats.server.kill();
  await world.service.process.restart();

  expect((await world.post(`/events/${event.id}/bookings`, { seats: 5 })).status).toBe(201);
  expect((await world.get(unknown)).status).toBe(503);
  expect((await world.get("/readyz")).body.status).toBe("degraded");
  const left = await world.get(`/events/${event.id}/availability`);
  expect(left.body).toEqual({ capacity: 5, booked: 5, held: 0, left: 0 });
});

test("books the demo's events up to what is to be left of them, once", async () => {
  await using world = await running({ DEMO: "on" });
  const full = anEvent({ name: "Jazz: Nearly Full", capacity: 13, seatsMax: 3 });
  const sold = anEvent({ name: "Chef's Table: Sold Out", capacity: 6, seatsMax: 2 });
  const other = anEvent({ name: "Opera", capacity: 6 });
  for (const event of [full, sold, other]) await world.publish(event);

  const leftOf = async ({ id }: Event) => (await world.get(`/events/${id}/availability`)).body.left;
  const allAreRight = () =>
    eventually(async () => {
      expect([await leftOf(full), await leftOf(sold), await leftOf(other)]).toEqual([2, 0, 6]);
    });
  await allAreRight();
  await world.service.process.stop();
  await world.service.process.restart();

  await allAreRight();
});

test("rebuilds its projection when an operator asks for it", async () => {
  await using world = await running();
  const event = anEvent();
  await world.publish(event);
  await eventually(async () =>
    expect((await world.get(`/events/${event.id}/availability`)).status).toBe(200),
  );

  const asked = await world.post("/ops/v1/rebuilds", {});
  const { id } = await asked.json();
  const done = await eventually(async () => {
    const { body } = await world.get(`/ops/v1/rebuilds/${id}`);
    expect(body.state).toBe("done");
    return body;
  });

  expect(asked.status).toBe(202);
  expect(done).toMatchObject({
    consumer: "bookings-service-rebuild",
    messages: 1,
    unreadable: 0,
    changed: 0,
  });
  expect((await world.get("/ops/v1/rebuilds/current")).status).toBe(404);
  expect((await world.get("/ops/v1/rebuilds/999")).status).toBe(404);
});
