import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { openSignInWorld, type Person, publishEvent, type SignInWorld } from "./sign-in-world.ts";

setDefaultTimeout(180_000);

let world: SignInWorld;
let ann: Person;
beforeAll(async () => {
  world = await openSignInWorld(["events", "bookings"]);
  ann = await world.join("ann");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const streams = ["EVENTS", "BOOKINGS"] as const;

/** Publishes every message of both streams again, the newest first, past the broker's deduplication. */
async function repeatAll(): Promise<number> {
  const { broker } = world;
  let repeated = 0;
  for (const stream of streams) {
    const messages = await Array.fromAsync(broker.read(stream));
    for (const { subject, headers, payload } of messages.reverse()) {
      const again = headers.replace(/^Nats-Msg-Id: .*$/im, `Nats-Msg-Id: ${crypto.randomUUID()}`);
      const { duplicate } = await broker.publish({ subject, headers: again, payload });
      expect(duplicate).toBe(false);
      repeated += 1;
    }
  }
  return repeated;
}

const durables = [
  ["EVENTS", "bookings-service"],
  ["BOOKINGS", "events-service"],
] as const;

/** Until every message of both streams was handled on the other side, and nothing waits to be sent. */
const settled = () =>
  eventually(
    async () => {
      for (const name of ["events", "bookings"] as const) {
        const [waiting] = await world.sql(name)`
          select (select count(*) from outbox)::int + (select count(*) from parked)::int as count`;
        expect([name, waiting?.count]).toEqual([name, 0]);
      }
      for (const [stream, durable] of durables) {
        const state = await world.broker.durableState(stream, durable);
        expect([durable, state?.pending, state?.unacknowledged]).toEqual([durable, 0, 0]);
      }
    },
    { deadlineMs: 60_000 },
  );

/** Everything that a message could have changed. */
async function stateOf(): Promise<unknown> {
  const { sql } = world;
  const [events, bookings] = [sql("events"), sql("bookings")];
  const tables = await Promise.all([
    bookings`select * from event_view order by event_id`,
    bookings`select * from event_seats order by event_id`,
    bookings`select * from bookings order by id`,
    bookings`select count(*)::int from outbox_sent`,
    events`select * from booked_seats order by event_id`,
    events`select * from events order by id`,
    events`select count(*)::int from outbox_sent`,
    bookings`select count(*)::int from dead_letters`,
    events`select count(*)::int from dead_letters`,
  ]);
  return tables.map((rows) => [...rows]);
}

describe("what events and bookings tell each other", () => {
  test("changes nothing when all of it comes again, the newest first", async () => {
    const { call, organiser } = world;
    const [kept, cancelled] = [await publishEvent(world), await publishEvent(world)];
    const book = (eventId: string) =>
      eventually(async () => {
        const options = { as: ann, body: { seats: 2 } };
        const answer = await call("bookings", "POST", `/events/${eventId}/bookings`, options);
        expect(answer.status).toBe(201);
        return answer.body.id;
      });
    for (const capacity of [9, 8, 7])
      await call("events", "PATCH", `/events/${kept}`, { as: organiser, body: { capacity } });
    const given = [await book(kept), await book(kept), await book(cancelled)];
    await call("bookings", "POST", `/bookings/${given[0]}/cancel`, { as: ann, body: {} });
    await call("events", "POST", `/events/${cancelled}/cancel`, { as: organiser });
    await eventually(async () => {
      const { body } = await call("bookings", "GET", `/bookings/${given[2]}`, { as: ann });
      expect(body.status).toBe("CANCELLED");
    });
    await settled();
    const before = await stateOf();

    const repeated = await repeatAll();
    await settled();

    // Two locations, two events with four changes, three bookings of which two were cancelled.
    expect(repeated).toBe(2 + 6 + 5);
    expect(await stateOf()).toEqual(before);
    expect(await broken()).toEqual([]);
  });

  test("takes effect however late it is heard, in its order", async () => {
    const { call, organiser } = world;
    await world.service("bookings").process.kill();
    const eventId = await publishEvent(world, { name: "First" });
    for (const name of ["Second", "Third"])
      await call("events", "PATCH", `/events/${eventId}`, { as: organiser, body: { name } });
    await world.service("bookings").process.restart();

    const told = new Set<number>();
    const booked = await eventually(async () => {
      const options = { as: ann, body: { seats: 2 } };
      const answer = await call("bookings", "POST", `/events/${eventId}/bookings`, options);
      told.add(answer.status);
      expect(answer.status).toBe(201);
      return answer.body;
    });
    // Nobody is told that it does not exist while its news is on its way.
    expect([...told].filter((status) => status !== 503)).toEqual([201]);
    expect(["First", "Second", "Third"]).toContain(booked.eventName);
    await world.service("events").process.kill();
    await call("bookings", "POST", `/bookings/${booked.id}/cancel`, { as: ann, body: {} });
    await world.service("events").process.restart();

    await settled();
    const [view] = await world.sql("bookings")`
      select name from event_view where event_id = ${eventId}`;
    expect(view?.name).toBe("Third");
    const { body } = await call("events", "GET", `/events/${eventId}`);
    expect(body).toMatchObject({ name: "Third", seatsLeft: 10 });
    expect(await broken()).toEqual([]);
  });
});

/** What `qb verify` does not find as promised, in all there is. */
async function broken(): Promise<readonly string[]> {
  const { json } = await world.qb(["verify", "--full", "--wait", "60", "--json"]);
  const { results } = json() as { readonly results: readonly Result[] };
  expect(results.length).toBeGreaterThan(20);
  return results
    .filter(({ state }) => state === "broken" || state === "unknown")
    .map(({ where, name, state, rows }) => `${where} ${name}: ${state} ${JSON.stringify(rows)}`);
}

interface Result {
  readonly where: string;
  readonly name: string;
  readonly state: string;
  readonly rows: readonly object[];
}
