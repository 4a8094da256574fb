import { expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { CheckResult } from "@app/qb/check-result.ts";
import { openMyEvents } from "./my-events.ts";
import { runQb } from "./qb.ts";

setDefaultTimeout(180_000);

const HOUR_SECONDS = 3_600;

test("an event that is published is booked by somebody else, also while its service is away", async () => {
  await using world = await openMyEvents({ withEvents: true });
  const { events, call } = world;
  const publish = async (path: string, body: object) => {
    const response = await fetch(`${events?.url}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return response.json();
  };
  const location = await publish("/locations", {
    name: "West Street Opera House",
    address: "11 West Street, Phoenix",
    country: "United States",
    openTime: 7,
    closeTime: 23,
    halls: [{ name: "Cesar Hall", capacity: 10 }],
  });
  const startDate = Math.floor(Date.now() / 1_000) + 24 * HOUR_SECONDS;
  const event = await publish("/events", {
    name: "Opera Aida",
    startDate,
    endDate: startDate + 3 * HOUR_SECONDS,
    location: { id: location.id },
    hall: { id: location.halls[0].id },
    seatsMax: 4,
  });
  const book = (userId: string, seats: number) =>
    call("POST", `/events/${event.id}/bookings`, { body: { userId, seats } });

  const booked = await eventually(async () => {
    const answer = await book("ada", 3);
    expect(answer.status).toBe(201);
    return answer.body;
  });
  expect(booked).toMatchObject({ eventName: "Opera Aida", seats: 3 });
  expect((await call("GET", "/bookings?userId=ada")).body.bookings).toEqual([booked]);
  await eventually(async () => {
    const shown = await (await fetch(`${events?.url}/events/${event.id}`)).json();
    expect(shown.seatsLeft).toBe(7);
  });
  expect((await book("ada", 5)).body.detail).toBe("seats must be at most 4");

  await events?.process.stop();
  expect((await book("bob", 4)).status).toBe(201);
  expect((await call("GET", `/events/${event.id}/availability`)).body).toEqual({
    capacity: 10,
    booked: 7,
    held: 0,
    left: 3,
  });
  await events?.process.restart();

  await fetch(`${events?.url}/events/${event.id}/cancel`, { method: "POST" });
  await eventually(async () => {
    const { bookings } = (await call("GET", `/bookings?eventId=${event.id}`)).body;
    for (const one of bookings)
      expect(one).toMatchObject({ status: "CANCELLED", reason: "event is cancelled" });
    expect(bookings).toHaveLength(2);
  });
  expect((await book("eve", 1)).body.detail).toBe("event is cancelled");
  await eventually(async () => {
    const shown = await (await fetch(`${events?.url}/events/${event.id}`)).json();
    expect(shown.seatsLeft).toBe(10);
  });

  // What each knows of the other agrees, and where it does not that is told.
  const verify = () =>
    runQb(["verify", "--wait", "--json"], {
      EVENTS_URL: events?.url ?? "",
      BOOKINGS_URL: world.bookings[0].url,
      NATS_URL: world.nats.url,
    });
  const whole = await verify();
  await world.sql`update event_view set capacity = 11`;
  const apart = await verify();
  expect([whole.code, apart.code]).toEqual([0, 1]);
  const broken = (apart.json() as { results: CheckResult[] }).results.filter(
    ({ state }) => state === "broken",
  );
  expect(broken.map(({ name }) => name)).toContain("events-heard");
});
