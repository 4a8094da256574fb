import { describe, expect, test } from "bun:test";
import { organiser, served } from "../testing/served.ts";
import { days, evening, eventsWorld, hours } from "../testing/world.ts";

const nowhere = "01900000-0000-7000-8000-000000000000";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const dates = { startDate: evening, endDate: evening + 2 * hours };
const hundredHalls = Array.from({ length: 100 }, (_, at) => ({ name: `${at}`, capacity: 1 }));
const locationBody = {
  name: "Opera House",
  country: "Austria",
  halls: [{ name: "Main", location: "first floor", capacity: 500 }],
};

describe("POST /events", () => {
  test("publishes an event in a known hall and shows where it is", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const location = await world.location({ Main: 500, Small: 50 });
    const hallId = location.halls[1]?.id;

    const body = { name: " Aida ", ...dates, locationId: location.id, hallId, capacity: 40 };
    const created = await call("POST", "/events", body, organiser);

    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/events/${created.body.id}`);
    expect(created.headers.get("content-type")).toContain("application/json");
    expect(created.body).toEqual({
      id: expect.stringMatching(uuid),
      name: "Aida",
      startDate: evening,
      endDate: evening + 2 * hours,
      duration: 120,
      location: {
        id: location.id,
        name: "Opera House",
        address: "1 Main Street, Vienna",
        country: "Austria",
        openTime: 0,
        closeTime: 24,
        halls: [
          { id: location.halls[0]?.id, name: "Main", capacity: 500 },
          { id: hallId, name: "Small", capacity: 50 },
        ],
      },
      hall: { id: hallId, name: "Small", capacity: 50 },
      capacity: 40,
      seatsMax: 10,
      oneBookingEach: false,
      status: "SCHEDULED",
      seatsLeft: 40,
    });
    const read = await call("GET", `/events/${created.body.id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual(created.body);
  });

  test("makes a nested location and its hall, spelt as the first version's clients do", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);

    const body = {
      id: "5ac1c1b5e4b0a1b2c3d4e5f6",
      Name: "opera aida",
      startdate: evening,
      enddate: evening + 2 * hours,
      duration: 110,
      location: {
        id: 3,
        name: "West Street Opera House",
        address: "11 west street, AZ 73646",
        country: "U.S.A",
        opentime: 7,
        clostime: 20,
        Hall: { name: "Cesar hall", location: "second floor, room 2210", capacity: 10 },
      },
    };
    const { status, body: event } = await call("POST", "/events", body, organiser);

    expect(status).toBe(201);
    expect(event.id).toMatch(uuid);
    expect(event.location.id).toMatch(uuid);
    expect(event).toMatchObject({
      name: "opera aida",
      duration: 110,
      location: { country: "U.S.A", openTime: 7, closeTime: 20 },
      hall: { name: "Cesar hall", location: "second floor, room 2210", capacity: 10 },
      capacity: 10,
    });
    expect(event.location.halls).toEqual([event.hall]);
    expect((await call("GET", `/locations/${event.location.id}`)).body).toEqual(event.location);
  });

  test("takes a location and a hall as they were answered", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const made = await call("POST", "/locations", locationBody, organiser);
    const [hall] = made.body.halls;

    const whole = { name: "Aida", ...dates, location: made.body, hall };
    const event = await call("POST", "/events", whole, organiser);
    const later = { startDate: evening + days, endDate: evening + days + hours };
    const named = { name: "Tosca", ...later, location: made.body.id, hall: { name: "MAIN" } };
    const other = await call("POST", "/events", named, organiser);

    expect([event.status, other.status]).toEqual([201, 201]);
    expect(event.body.location).toEqual(made.body);
    expect(other.body.hall).toEqual(hall);
    expect((await call("GET", "/locations")).body.locations).toHaveLength(1);
  });

  test.each([
    ["a name in two spellings that differ", { name: "Aida", Name: "Tosca" }, "name is given twice"],
    ["no name", { name: " " }, "name is required"],
    ["a name of another type", { name: 7 }, "name must be a string"],
    ["a name that is too long", { name: "x".repeat(201) }, "name is too long"],
    ["a name with NUL", { name: "a\0b" }, "name must not contain NUL"],
    ["no beginning", { startDate: null }, "startDate is required"],
    ["milliseconds", { startDate: evening * 1_000 }, "startDate must be unix seconds"],
    ["a fraction of a second", { startDate: 1.5 }, "startDate must be unix seconds"],
    ["a date as text", { startDate: "2090-01-01" }, "startDate must be unix seconds"],
    ["no end", { endDate: undefined }, "endDate is required"],
    ["an end before the beginning", { endDate: evening - 1 }, "endDate must be after startDate"],
    [
      "an end in another year but one",
      { endDate: evening + 367 * days },
      "endDate must be within 366 days after startDate",
    ],
    [
      "a duration that does not fit",
      { duration: 121 },
      "duration is longer than from startDate to endDate",
    ],
    ["no seats", { capacity: 0 }, "capacity must be > 0"],
    ["half a seat", { capacity: 1.5 }, "capacity must be an integer"],
    ["seats as text", { capacity: "5" }, "capacity must be an integer"],
    ["more seats than the hall has", { capacity: 501 }, "capacity is larger than the hall's"],
    ["seatsMax of nothing", { seatsMax: 0 }, "seatsMax must be > 0"],
    ["seatsMax beyond all", { seatsMax: 1_001 }, "seatsMax is too large"],
    ["a word for yes", { oneBookingEach: "yes" }, "oneBookingEach must be true or false"],
    ["an unknown field", { price: 3 }, "unknown field price"],
    ["an unknown field of its hall", { hall: { name: "Main", x: 1 } }, "unknown field hall.x"],
    ["a hall that is no object", { hall: 5 }, "hall must be an object"],
    ["a hall's id that is none", { hallId: "x" }, "hallId must be an id"],
    ["a location's id that is none", { location: "x" }, "location must be an id"],
    ["a location in two ways", { locationId: nowhere }, "use either locationId or location"],
    ["no location", { location: undefined }, "location is required"],
    ["a location without a name", { location: { country: "Peru" } }, "location.name is required"],
    [
      "a duration beyond all dates",
      { startDate: 253_402_300_799, endDate: null, duration: 1 },
      "duration is too large",
    ],
    [
      "one hall more than a location may have",
      { location: { name: "Field", halls: hundredHalls }, hall: { name: "x", capacity: 1 } },
      "a location has at most 100 halls",
    ],
    ["a location without a hall", { location: { name: "Field", halls: [] } }, "hall is required"],
    [
      "a hall without seats",
      { location: { name: "Field" }, hall: { name: "Main" } },
      "hall.capacity is required",
    ],
    [
      "other seats than the hall has",
      { hall: { name: "Main", capacity: 5 } },
      "hall.capacity is not that of the hall",
    ],
  ])("refuses %s", async (_, given, text) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);
    const location = { name: "Opera", halls: [{ name: "Main", capacity: 500 }] };

    const body = { name: "Aida", ...dates, location, ...given };
    const answer = await call("POST", "/events", body, organiser);

    expect([answer.status, answer.body.detail]).toEqual([400, text]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await world.announced()).toEqual([]);
    expect((await call("GET", "/locations")).body.locations).toEqual([]);
  });
});
