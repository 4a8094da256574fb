import { describe, expect, test } from "bun:test";
import type { Breach, Invariant } from "@app/platform/messaging/invariant.ts";
import type { Event } from "../domain/event.ts";
import { served } from "../testing/served.ts";
import { eventsWorld, type World } from "../testing/world.ts";
import { eventsInvariants } from "./invariants.ts";
import { bookedSeatsLedger, eventsLedger } from "./ledger.ts";

const LOOKS_MAX = 50;

/** Looks slice by slice to the end; 2 rows each, so that there are several. */
async function breachesOf(world: World, { look }: Invariant): Promise<readonly Breach[]> {
  const found: Breach[] = [];
  let cursor: string | undefined;
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const slice = { cursor, rowsMax: 2, breachesMax: 5, sentKeepMs: 172_800_000 };
    const { breaches, next } = await world.db.transaction((tx) => look(tx, slice));
    found.push(...breaches);
    if (next === undefined) return found;
    cursor = next;
  }
  throw new Error("the invariant is looked at without end");
}

async function allBreaches(world: World): Promise<readonly (readonly [string, Breach])[]> {
  const all = [];
  for (const invariant of eventsInvariants)
    for (const breach of await breachesOf(world, invariant))
      all.push([invariant.name, breach] as const);
  return all;
}

/** Five events in two halls, one changed and one cancelled. */
async function someEvents(world: World) {
  const { call } = served(world.api, "everywhere");
  const [main, small] = (await world.location({ Main: 50, Small: 5 })).halls;
  const events: Event[] = [];
  for (const hall of [main, small, main, small, main])
    events.push((await world.event({ hallId: hall?.id })).event);
  await call("PATCH", `/events/${events[0]?.id}`, { name: "Tosca" });
  await call("POST", `/events/${events[1]?.id}/cancel`);
  return { events, idOf: (at: number) => events[at]?.id ?? "" };
}

describe("the invariants of events", () => {
  test("hold after every kind of change", async () => {
    await using world = await eventsWorld();
    await someEvents(world);

    expect(await allBreaches(world)).toEqual([]);
  });

  test("hold when older messages are forgotten", async () => {
    await using world = await eventsWorld();
    await someEvents(world);
    await world.run("delete from outbox where version = 1");

    expect(await allBreaches(world)).toEqual([]);
  });

  test("notice a change that was not stated", async () => {
    await using world = await eventsWorld();
    const { idOf } = await someEvents(world);
    await world.run(`update events set version = version + 1 where id = '${idOf(4)}'`);

    expect(await allBreaches(world)).toEqual([
      [
        "events-as-stated",
        { about: `event/${idOf(4)}`, problem: "at version 2, and stated up to 1" },
      ],
    ]);
  });

  test("notice events that overlap in a hall", async () => {
    await using world = await eventsWorld();
    const { events, idOf } = await someEvents(world);
    await world.run("alter table events drop constraint events_hall_is_free");
    await world.run(`
      update events set starts_at = '${events[0]?.startsAt.toISOString()}',
        ends_at = '${events[0]?.endsAt.toISOString()}' where id = '${idOf(2)}'`);

    expect((await allBreaches(world)).map(([name, { about }]) => [name, about])).toEqual([
      ["halls-hold-one-event", `event/${idOf(2)}`],
      ["halls-hold-one-event", `event/${idOf(0)}`],
    ]);
  });

  test("notice an event with more seats than its hall", async () => {
    await using world = await eventsWorld();
    const { idOf } = await someEvents(world);
    await world.run("alter table events drop constraint events_hall");
    await world.run(`update events set capacity = 9, hall_capacity = 9 where id = '${idOf(3)}'`);

    expect(await allBreaches(world)).toEqual([
      [
        "events-fit-their-hall",
        { about: `event/${idOf(3)}`, problem: "sells 9 seats where there are 5" },
      ],
    ]);
  });

  test("refuse a cursor that none of them gave", async () => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const slice = { cursor: "x", rowsMax: 2, breachesMax: 5, sentKeepMs: 1 };

    for (const { look } of eventsInvariants) {
      const looked = world.db.transaction((tx) => look(tx, slice));
      await expect(looked).rejects.toThrow("invalid cursor");
    }
  });
});

describe("the ledgers of events", () => {
  test("list all rows, the newest first, and find some by their ids", async () => {
    await using world = await eventsWorld();
    const { events, idOf } = await someEvents(world);
    await world.run(`insert into booked_seats values ('${idOf(0)}', 12), ('${idOf(2)}', 3)`);

    const { first, rest, found, seats } = await world.db.transaction(async (tx) => {
      const first = await eventsLedger.page(tx, { after: undefined, limit: 3 });
      return {
        first,
        rest: await eventsLedger.page(tx, { after: first[2]?.id, limit: 3 }),
        found: await eventsLedger.find(tx, [idOf(0), idOf(1)]),
        seats: await bookedSeatsLedger.page(tx, { after: idOf(2), limit: 3 }),
      };
    });

    expect([...first, ...rest].map(({ id }) => id)).toEqual(
      events.map(({ id }) => id).toReversed(),
    );
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({ id: idOf(0), state: "SCHEDULED", content: "v2 50 seats" });
    expect(found).toContainEqual({ id: idOf(1), state: "CANCELLED", content: "v2 5 seats" });
    expect(seats).toEqual([{ id: idOf(0), state: "BOOKED", content: "12 seats" }]);
  });
});
