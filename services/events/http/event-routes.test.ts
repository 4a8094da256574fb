import { describe, expect, test } from "bun:test";
import { customer, operator, organiser, otherOrganiser, served } from "../testing/served.ts";
import { evening, eventsWorld, hours } from "../testing/world.ts";

const nowhere = "01900000-0000-7000-8000-000000000000";
const eventBody = {
  name: "Aida",
  startDate: evening,
  endDate: evening + 2 * hours,
  location: { name: "Opera House", halls: [{ name: "Main", capacity: 500 }] },
};

describe("reading events", () => {
  test("answers the first version's paths", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    await world.location({ Main: 500 });
    const { event } = await world.event({
      location: { name: "Hall", halls: [{ name: "A", capacity: 9 }] },
    });

    const byId = await call("GET", `/events/id/${event.id}`);

    expect(byId.status).toBe(200);
    expect(byId.body).toEqual((await call("GET", `/events/${event.id.toUpperCase()}`)).body);
    expect(byId.body.id).toBe(event.id);
  });

  test("finds all events of a name, decoded and in any case, and only whole names", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const hall = (await world.location({ Main: 500 })).halls[0]?.id;
    for (const name of ["Götterdämmerung & AC/DC", "GÖTTERDÄMMERUNG & ac/dc", "Götterdämmerung"])
      await world.event({ name, hallId: hall });

    const path = `/events/name/${encodeURIComponent("götterdämmerung & Ac/Dc")}`;
    const found = await call("GET", path);
    const first = await call("GET", `${path}?limit=1`);
    const second = await call("GET", `${path}?limit=1&cursor=${first.body.nextCursor}`);

    expect(found.status).toBe(200);
    expect(found.body.events.map(({ name }: { name: string }) => name)).toEqual([
      "Götterdämmerung & AC/DC",
      "GÖTTERDÄMMERUNG & ac/dc",
    ]);
    expect(found.body.nextCursor).toBeNull();
    expect([...first.body.events, ...second.body.events]).toEqual(found.body.events);
    expect(second.body.nextCursor).toBeNull();
  });

  test.each([
    ["an id that is none", "/events/17", 400, "invalid id"],
    ["the first version's ids", "/events/id/5ac1c1b5e4b0a1b2c3d4e5f6", 400, "invalid id"],
    ["an unknown id", `/events/${nowhere}`, 404, "not found"],
    ["an unknown id on the old path", `/events/id/${nowhere}`, 404, "not found"],
    ["an unknown name", "/events/name/Tosca", 404, "not found"],
    ["a blank name", "/events/name/%20", 400, "name is required"],
    ["an unknown criterion", `/events/place/${nowhere}`, 404, "not found"],
    ["an unknown location", `/locations/${nowhere}`, 404, "not found"],
    ["a location's id that is none", "/locations/x", 400, "invalid id"],
    ["an unknown cursor", "/events?cursor=abc", 400, "invalid cursor"],
    ["too many", "/events?limit=101", 400, "limit must be 1 to 100"],
    ["none at all", "/locations?limit=0", 400, "limit must be 1 to 100"],
    ["a date as text", "/events?from=tomorrow", 400, "from must be unix seconds"],
    ["an empty span", "/events?from=10&to=10", 400, "from must be before to"],
    ["maybe", "/events?available=maybe", 400, "available must be true or false"],
    ["signs alone", "/events?search=%26%7C", 400, "search must have a letter or a digit"],
  ])("answers %s with the right code and a problem", async (_, path, status, detail) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);

    const answer = await call("GET", path);

    expect([answer.status, answer.body.detail]).toEqual([status, detail]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });
});

describe("PATCH /events/:id", () => {
  test("changes what is given, by its organiser or an operator", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const { id } = (await call("POST", "/events", eventBody, organiser)).body;

    const renamed = await call(
      "PATCH",
      `/events/${id}`,
      { id: 7, Name: "Tosca", seatsmax: 4 },
      organiser,
    );
    const smaller = await call("PATCH", `/events/${id}`, { capacity: 30 }, operator);
    const whole = await call("PATCH", `/events/${id}`, { capacity: null }, operator);
    const longer = await call(
      "PATCH",
      `/events/${id}`,
      { enddate: evening + 3 * hours },
      organiser,
    );
    const same = await call("PATCH", `/events/${id}`, {}, organiser);

    expect(renamed.body).toMatchObject({ id, name: "Tosca", seatsMax: 4, startDate: evening });
    expect(smaller.body).toMatchObject({ capacity: 30, seatsLeft: 30, name: "Tosca" });
    expect(whole.body).toMatchObject({ capacity: 500 });
    expect(longer.body).toMatchObject({ duration: 180, endDate: evening + 3 * hours });
    expect(same.status).toBe(200);
    expect((await world.announced()).map(({ version }) => version)).toEqual([1, 1, 2, 3, 4, 5]);
  });

  test("moves an event to another hall, of another location too", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const { id } = (await call("POST", "/events", eventBody, organiser)).body;
    const arena = await world.location({ Field: 9_000 }, { name: "Arena", country: "Peru" });
    const [field] = arena.halls;

    const moved = await call("PATCH", `/events/${id}`, { hall: { id: field?.id } }, organiser);
    const inPeru = await call("GET", "/events?country=peru&search=arena");

    expect(moved.body).toMatchObject({ capacity: 9_000, hall: { id: field?.id } });
    expect(moved.body.location).toMatchObject({ id: arena.id, country: "Peru" });
    expect(inPeru.body.events).toEqual([moved.body]);
  });

  test.each([
    [
      "another's event",
      { name: "x" },
      otherOrganiser,
      403,
      "only its organiser may change an event",
    ],
    ["a status", { status: "CANCELLED" }, organiser, 400, "unknown field status"],
    ["an empty name", { name: " " }, organiser, 400, "name is required"],
    [
      "more seats than there are",
      { capacity: 501 },
      organiser,
      400,
      "capacity is larger than the hall's",
    ],
    [
      "an end before its beginning",
      { endDate: 5 },
      organiser,
      400,
      "endDate must be after startDate",
    ],
    ["an unknown hall", { hallId: nowhere }, organiser, 404, "unknown hall"],
    ["no object", "[]", organiser, 400, "invalid json"],
  ])("refuses %s and changes nothing", async (_, body, caller, status, detail) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);
    const created = (await call("POST", "/events", eventBody, organiser)).body;

    const answer = await call("PATCH", `/events/${created.id}`, body, caller);

    expect([answer.status, answer.body.detail]).toEqual([status, detail]);
    expect((await call("GET", `/events/${created.id}`)).body).toEqual(created);
    expect(await world.announced()).toHaveLength(2);
  });

  test("cancels nothing when more is said than that", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const { id } = (await call("POST", "/events", eventBody, organiser)).body;

    const answer = await call("POST", `/events/${id}/cancel`, { reason: "rain" }, organiser);

    expect([answer.status, answer.body.detail]).toEqual([400, "unknown field reason"]);
    expect((await call("GET", `/events/${id}`)).body.status).toBe("SCHEDULED");
  });

  test("changes a cancelled event no more", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const { id } = (await call("POST", "/events", eventBody, organiser)).body;

    const cancelled = await call("POST", `/events/${id}/cancel`, undefined, organiser);
    const again = await call("POST", `/events/${id}/cancel`, {}, operator);
    const changed = await call("PATCH", `/events/${id}`, { name: "Tosca" }, organiser);

    expect([cancelled.status, again.status]).toEqual([200, 200]);
    expect(cancelled.body.status).toBe("CANCELLED");
    expect(again.body).toEqual(cancelled.body);
    expect([changed.status, changed.body.detail]).toEqual([409, "event is cancelled"]);
    const announced = await world.announced();
    expect(announced.map(({ subject }) => subject.split(".")[2])).toEqual([
      "location_created",
      "event_created",
      "event_cancelled",
    ]);
  });

  test.each([
    ["PATCH", "/events/:id"],
    ["POST", "/events/:id/cancel"],
    ["POST", "/events"],
    ["POST", "/locations"],
  ])("lets guests and customers not %s %s", async (method, path) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);
    const { id } = (await call("POST", "/events", eventBody, organiser)).body;
    const body = path === "/events" ? eventBody : { name: "x", halls: [] };

    const asGuest = await call(method, path.replace(":id", id), body);
    const asCustomer = await call(method, path.replace(":id", id), body, customer);

    expect([asGuest.status, asCustomer.status]).toEqual([401, 403]);
    expect(await world.announced()).toHaveLength(2);
  });
});
