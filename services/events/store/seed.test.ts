import { describe, expect, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { demoPeople } from "@app/platform/demo-people.ts";
import { served } from "../testing/served.ts";
import { eventsWorld } from "../testing/world.ts";
import { demoEvents, demoLocations } from "./demo-data.ts";
import { seedEvents } from "./seed.ts";

const seats = (name: string) => demoEvents.find((event) => event.name.includes(name))?.capacity;

describe("seedEvents", () => {
  test("fills an empty database once, however many start at the same time", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);

    await Promise.all([1, 2, 3].map(() => seedEvents(world.db, systemClock)));
    await seedEvents(world.db, systemClock);

    const { events } = (await call("GET", "/events?limit=100")).body;
    const { locations } = (await call("GET", "/locations")).body;
    expect([locations.length, events.length]).toEqual([demoLocations.length, demoEvents.length]);
    const countries = new Set(locations.map(({ country }: { country: string }) => country));
    expect(countries.size).toBeGreaterThanOrEqual(8);
    const cancelled = events.filter(({ status }: { status: string }) => status === "CANCELLED");
    expect(cancelled).toHaveLength(1);
    expect(await world.announced()).toHaveLength(locations.length + events.length + 1);
  });

  test("gives the events to the demo's organiser, who may change them, and to no other", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    await seedEvents(world.db, systemClock);
    const { events } = (await call("GET", "/events?search=aida&limit=1")).body;
    const change = (subject: string) =>
      call("PATCH", `/events/${events[0].id}`, { seatsMax: 3 }, { subject, roles: ["organiser"] });

    const [byOther, byOwner] = [await change("olga"), await change(demoPeople.organiser.id)];

    expect(byOther.status).toBe(403);
    expect([byOwner.status, byOwner.body.seatsMax]).toEqual([200, 3]);
  });

  test("has what the demo of bookings looks for", () => {
    expect(demoEvents.length).toBeGreaterThanOrEqual(40);
    expect([seats("Nearly Full"), seats("Sold Out")]).toEqual([40, 6]);
  });

  test("leaves a database that has a location as it is", async () => {
    await using world = await eventsWorld();
    await world.location({ Main: 5 });

    await seedEvents(world.db, systemClock);

    const { locations } = (await served(world.api).call("GET", "/locations")).body;
    expect(locations).toHaveLength(1);
  });
});
