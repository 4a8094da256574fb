import { describe, expect, test } from "bun:test";
import { organiser, served } from "../testing/served.ts";
import { eventsWorld } from "../testing/world.ts";

describe("POST /locations", () => {
  test("adds a location with its halls, and announces it once", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);

    const body = {
      ID: 7,
      Name: "Opera House",
      ADDRESS: "1 Main Street",
      Country: "Austria",
      OpenTime: 9,
      CloseTime: 23,
      Halls: [
        { Name: "Main", Location: "first floor", Capacity: 500 },
        { Name: "Studio", Capacity: 60 },
      ],
    };
    const made = await call("POST", "/locations", body, organiser);

    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`/locations/${made.body.id}`);
    expect(made.body).toMatchObject({
      name: "Opera House",
      address: "1 Main Street",
      country: "Austria",
      openTime: 9,
      closeTime: 23,
      halls: [
        { name: "Main", location: "first floor", capacity: 500 },
        { name: "Studio", capacity: 60 },
      ],
    });
    expect((await call("GET", `/locations/${made.body.id}`)).body).toEqual(made.body);
    expect(await world.announced()).toHaveLength(1);
  });

  test.each([
    ["no name", { name: "" }, "name is required"],
    ["an hour that no day has", { openTime: 25 }, "openTime is too large"],
    ["an hour before midnight", { closeTime: -1 }, "closeTime must be >= 0"],
    ["half an hour", { openTime: 9.5 }, "openTime must be an integer"],
    ["two spellings that differ", { opentime: 9, OPENTIME: 10 }, "openTime is given twice"],
    ["two spellings of another field", { closetime: 9, clostime: 10 }, "closeTime is given twice"],
    ["an address of a novel", { address: "x".repeat(301) }, "address is too long"],
    ["a hall without a name", { halls: [{ capacity: 5 }] }, "halls[0].name is required"],
    ["a hall without seats", { halls: [{ name: "A" }] }, "halls[0].capacity is required"],
    [
      "a hall with no seat at all",
      { halls: [{ name: "A", capacity: 0 }] },
      "halls[0].capacity must be > 0",
    ],
    [
      "a hall of a planet",
      { halls: [{ name: "A", capacity: 1_000_001 }] },
      "halls[0].capacity is too large",
    ],
    ["a hall that is none", { halls: ["A"] }, "halls[0] must be an object"],
    [
      "two halls of one name",
      {
        halls: [
          { name: "A", capacity: 1 },
          { name: "a", capacity: 2 },
        ],
      },
      "halls must have distinct names",
    ],
    [
      "more halls than may be",
      { halls: Array.from({ length: 101 }, (_, at) => ({ name: `${at}`, capacity: 1 })) },
      "halls must be at most 100",
    ],
    ["an unknown field", { city: "Vienna" }, "unknown field city"],
  ])("refuses %s", async (_, given, text) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);

    const answer = await call("POST", "/locations", { name: "Opera", ...given }, organiser);

    expect([answer.status, answer.body.detail]).toEqual([400, text]);
    expect(await world.announced()).toEqual([]);
  });

  test("takes two spellings of a field that agree", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);

    const body = { name: "Opera", Name: "Opera", opentime: 9, openTime: 9 };
    const answer = await call("POST", "/locations", body, organiser);

    expect([answer.status, answer.body.openTime]).toEqual([201, 9]);
  });
});

describe("GET /locations", () => {
  test("pages through all locations, the oldest first", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    for (const name of ["A", "B", "C", "D", "E"]) await world.location({ Main: 5 }, { name });

    const first = await call("GET", "/locations?limit=2");
    const second = await call("GET", `/locations?limit=2&cursor=${first.body.nextCursor}`);
    const third = await call("GET", `/locations?limit=2&cursor=${second.body.nextCursor}`);

    const all = [first, second, third].flatMap(({ body }) => body.locations);
    expect(all.map(({ name }) => name)).toEqual(["A", "B", "C", "D", "E"]);
    expect(third.body.nextCursor).toBeNull();
    const strange = await call("GET", "/locations?cursor=abc");
    expect([strange.status, strange.body.detail]).toEqual([400, "invalid cursor"]);
  });
});
