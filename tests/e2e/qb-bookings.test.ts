import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { newsOf } from "@app/bookings/testing/event-news.ts";
import { anEvent } from "@app/bookings/testing/world.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type MyEvents, openMyEvents } from "./my-events.ts";
import { runQb } from "./qb.ts";

setDefaultTimeout(120_000);

let world: MyEvents;
beforeAll(async () => {
  world = await openMyEvents();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const qb = (...args: readonly string[]) =>
  runQb(args, { BOOKINGS_URL: world.bookings[0].url, NATS_URL: world.nats.url });

test("qb consumer rebuild builds the projection anew and says what was different", async () => {
  const eventId = await world.announce({ name: "Opera" });
  await world.sql`update event_view set name = 'wrong' where event_id = ${eventId}`;

  const rebuilt = await qb("consumer", "rebuild", "bookings", "--json");
  const again = await qb("consumer", "rebuild", "bookings");
  const unknown = await qb("consumer", "rebuild", "orders");

  expect([rebuilt.code, again.code, unknown.code]).toEqual([0, 0, 2]);
  expect(rebuilt.json()).toMatchObject({ state: "done", changed: 1, unreadable: 0 });
  expect(again.out).toContain("0 events were different before");
  const booked = await world.call("POST", `/events/${eventId}/bookings`, { body: { seats: 1 } });
  expect(booked.body.eventName).toBe("Opera");
});

test("qb hold release lets go of the seats, and only says so when asked", async () => {
  const eventId = await world.announce({ name: "Opera" });
  const held = await world.call("POST", `/events/${eventId}/holds`, { body: { seats: 2 } });
  const id = String(held.body.id);

  const would = await qb("hold", "release", id, "--dry-run");
  const released = await qb("hold", "release", id);
  const unknown = await qb("hold", "release", "nothing");

  expect([would.code, released.code, unknown.code]).toEqual([0, 0, 4]);
  expect(would.out).toContain("is OPEN: 2 seats");
  const { body } = await world.call("GET", `/events/${eventId}/availability`);
  expect(body).toMatchObject({ held: 0 });
});

test("a rebuild goes on by itself when the process that does it is killed", async () => {
  const events = Array.from({ length: 1_500 }, (_, n) => anEvent({ name: `Event ${n}` }));
  await Promise.all(events.map((event) => world.broker.publish(newsOf(event, 1))));
  const known = () =>
    world.sql<{ id: string; name: string }[]>`
      select event_id as id, name from event_view v join event_view_state s on s.live = v.generation
      where name like 'Event %' order by event_id`;
  await eventually(async () => expect(await known()).toHaveLength(events.length), {
    deadlineMs: 60_000,
  });
  await world.sql`update event_view set name = 'Event wrong' where name like 'Event 1%'`;

  const asked = (await qb("consumer", "rebuild", "bookings", "--no-wait", "--json")).json();
  await world.bookings[0].process.kill();
  await world.bookings[0].process.restart();
  const { id } = asked as { id: number };
  await eventually(
    async () => {
      const { body } = await world.call("GET", `/ops/v1/rebuilds/${id}`);
      expect(body).toMatchObject({ state: "done", unreadable: 0 });
    },
    { deadlineMs: 60_000 },
  );

  const rows = (await known()).map((row) => ({ ...row }));
  const wanted = events.map((event) => ({ id: event.id, name: event.name }));
  expect(rows).toEqual(wanted.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
});

test("qb stream get tells what an event and a booking were at any moment", async () => {
  const event = anEvent({ name: "Before", capacity: 10 });
  await world.announce(event);
  const booked = await world.call("POST", `/events/${event.id}/bookings`, { body: { seats: 2 } });
  const { id, createdAt: between } = booked.body;
  await world.call("POST", `/bookings/${id}/cancel`, { body: { reason: "rain" } });
  await world.announce({ ...event, name: "After", capacity: 20 }, 2);

  const get = async (...args: readonly string[]) => {
    const run = await qb("stream", "get", ...args, "--json");
    return run.code === 0 ? (run.json() as { version: number; state: object }) : run.code;
  };

  expect(await get(`event/${event.id}`, "--at", between)).toMatchObject({
    version: 1,
    state: { name: "Before", capacity: 10 },
  });
  expect(await get(`event/${event.id}`)).toMatchObject({
    version: 2,
    state: { name: "After", capacity: 20 },
  });
  await eventually(async () =>
    expect(await get(`booking/${id}`)).toMatchObject({
      version: 2,
      state: { id, status: "CANCELLED", reason: "rain", seats: 2, userId: "guest" },
    }),
  );
  expect(await get(`event/${event.id}`, "--at", "2020-01-01T00:00:00Z")).toBe(4);
  expect(await get("order/1")).toBe(2);
  expect(await get(`event/${event.id}`, "--at", "yesterday")).toBe(2);
});
