import { describe, expect, test } from "bun:test";
import { messageContracts } from "@app/contracts/messages.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import type { HeaderBlock } from "@app/platform/messaging/headers.ts";
import { payloadReader } from "@app/platform/messaging/incoming.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { deadLetters } from "@app/platform/messaging/tables.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Event } from "../domain/event.ts";
import { locationNews, newsOf } from "../testing/event-news.ts";
import { type LiveWorld, liveWorld, makeStreams } from "../testing/live.ts";
import { serviceOn } from "../testing/served.ts";
import { anEvent } from "../testing/world.ts";
import { bookSeats } from "./book-seats.ts";
import { beginRebuild, cancelRebuild, currentRebuild, findRebuild } from "./rebuild.ts";
import { keepRebuilding, type RebuildTask } from "./rebuild-task.ts";

const actor = "olga";

/** The projection as it is read, by event. */
async function projection(world: LiveWorld) {
  const rows = await world.query(`
    select v.event_id, v.version::int, v.name, v.capacity, v.cancelled
    from event_view v join event_view_state s on s.live = v.generation order by v.event_id`);
  return new Map(rows.map(({ event_id, ...row }) => [String(event_id), row]));
}

/** What the newest of these messages say. */
function newest(published: readonly (readonly [Event, number])[]) {
  const sorted = published.toSorted(([, a], [, b]) => a - b);
  const last = new Map(
    sorted.map(([{ id, name, capacity, cancelled }, version]) => [
      id,
      { version, name, capacity, cancelled },
    ]),
  );
  return new Map([...last].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function taskOn(world: LiveWorld, broker: RebuildTask["broker"] = world.broker): RebuildTask {
  const [consumer] = serviceOn(world.pool).consumers;
  if (!consumer) throw new Error("bookings listens to nothing");
  return {
    ...consumer,
    db: world.pool,
    broker,
    payloads: payloadReader(messageContracts.map(({ schema }) => schema)),
    clock: systemClock,
    log: silentLog,
  };
}

/** Does what was asked for, and stops when no rebuild is running. */
async function workUntilDone(world: LiveWorld, task = taskOn(world)): Promise<void> {
  const stop = new AbortController();
  const working = keepRebuilding(task, stop.signal);
  await Promise.race([
    working,
    eventually(async () => expect(await currentRebuild(world.pool)).toBeUndefined()),
  ]);
  stop.abort();
  await working;
}

/** Lets the reader see so many messages, and stops the work then, as a crash would between two. */
function cutAfter({ broker }: LiveWorld, messages: number, stop: AbortController) {
  const read: Broker["read"] = async function* (stream, options) {
    let seen = 0;
    for await (const message of broker.read(stream, options)) {
      yield message;
      seen += 1;
      if (seen >= messages) stop.abort();
    }
  };
  return { read, streamState: broker.streamState };
}

/** A dead letter of this message that a person ended so, with the bytes that it has here. */
async function keepLetter(
  { pool }: LiveWorld,
  { key, version, eventId, subject, payload }: OutgoingMessage,
  state: "done" | "discarded",
): Promise<void> {
  await pool.q.insert(deadLetters).values({
    consumer: "bookings-service",
    key,
    version,
    eventId,
    stream: "EVENTS",
    streamSequence: 1,
    subject,
    headers: "" as HeaderBlock,
    payload,
    publishedAt: new Date(),
    state,
    reason: "unreadable",
    revision: 2,
  });
}

const eventsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => anEvent({ name: `Event ${n}`, capacity: 50 }));

describe("a rebuild of the projection", () => {
  test("under load ends as the messages say, while news and bookings go on", async () => {
    await using world = await liveWorld();
    await using _replica = world.start();
    const events = eventsOf(40);
    const published: [Event, number][] = [];
    const publish = async (event: Event, version: number) => {
      await world.publish(newsOf(event, version));
      published.push([event, version]);
    };
    for (const event of events) await publish(event, 1);
    await eventually(async () => expect((await projection(world)).size).toBe(events.length));
    // What a bug left behind: wrong rows, one that nothing ever announced, and one that is missing.
    const [first, second] = events;
    await world.query(`update event_view set name = 'wrong' where event_id = '${first?.id}'`);
    await world.query(`delete from event_view where event_id = '${second?.id}'`);
    await world.query(`insert into event_view select generation, gen_random_uuid(), 9, 'never announced',
      starts_at, ends_at, capacity, seats_max, one_booking_each, cancelled from event_view limit 1`);

    const rebuild = await beginRebuild(world.pool, actor);
    let booked = 0;
    for (let version = 2; version <= 6; version += 1)
      for (const [n, event] of events.entries()) {
        if (n % 3 === version % 3)
          await publish(
            { ...event, name: `${event.name} v${version}`, capacity: 50 + version },
            version,
          );
        if (n > 1 && n % 4 === 0) {
          await bookSeats(world.api, event.id, { seats: 1, userId: `user-${n}-${version}` });
          booked += 1;
        }
      }
    await eventually(async () =>
      expect((await findRebuild(world.pool, rebuild.id)).state).toBe("done"),
    );

    // Whatever was on its way at the swap arrives in the new generation.
    await eventually(async () => expect(await projection(world)).toEqual(newest(published)));
    expect((await findRebuild(world.pool, rebuild.id)).changed).toBeGreaterThanOrEqual(1);
    const [sum] = await world.query("select sum(booked)::int as booked from event_seats");
    expect(sum?.booked).toBe(booked);
    await eventually(async () => {
      const [row] = await world.query(
        "select count(distinct generation)::int as n from event_view",
      );
      expect(row?.n).toBe(1);
    });
    expect(await world.breaches()).toEqual([]);
  });

  test("goes on where it was when whoever does it is gone", async () => {
    await using world = await liveWorld();
    const events = eventsOf(450);
    await world.publish(...events.map((event) => newsOf(event, 1)));
    const { id } = await beginRebuild(world.pool, actor);

    for (const messages of [130, 250]) {
      const stop = new AbortController();
      await keepRebuilding(taskOn(world, cutAfter(world, messages, stop)), stop.signal);
    }
    const between = await findRebuild(world.pool, id);
    await workUntilDone(world);

    // Whole batches alone are kept: 100 of the first 130, then 200 of the next 250.
    expect(between).toMatchObject({ state: "running", upTo: 300, messages: 300, target: 450 });
    expect(await findRebuild(world.pool, id)).toMatchObject({ state: "done", messages: 450 });
    expect(await projection(world)).toEqual(newest(events.map((event) => [event, 1])));
  });

  test("begins anew when the stream is another one than before", async () => {
    await using world = await liveWorld();
    const [lost, kept] = eventsOf(2);
    if (!lost || !kept) throw new Error("there are two");
    await world.publish(...eventsOf(120).map((event) => newsOf(event, 1)), newsOf(lost, 1));
    const { id } = await beginRebuild(world.pool, actor);
    const stop = new AbortController();
    await keepRebuilding(taskOn(world, cutAfter(world, 110, stop)), stop.signal);
    expect((await findRebuild(world.pool, id)).upTo).toBe(100);

    const nc = await world.broker.connection(1_000);
    await nc.request("$JS.API.STREAM.DELETE.EVENTS");
    await makeStreams(world.broker);
    await world.publish(newsOf(kept, 1));
    await workUntilDone(world);

    expect([...(await projection(world)).keys()]).toEqual([kept.id]);
    expect(await findRebuild(world.pool, id)).toMatchObject({ state: "done", messages: 1 });
  });

  test("takes in what a person made of a message, and counts what nobody can read", async () => {
    await using world = await liveWorld();
    const [repaired, edited] = [anEvent({ name: "repaired" }), anEvent({ name: "edited" })];
    const [discarded, broken] = [anEvent({ name: "discarded" }), anEvent({ name: "broken" })];
    const unreadable = new Uint8Array([255, 255]);
    const first = newsOf(repaired, 1);
    const second = newsOf({ ...edited, name: "as it came" }, 1);
    const third = newsOf(discarded, 1);
    const settle = (message: OutgoingMessage, state: "done" | "discarded", event: Event) =>
      keepLetter(world, { ...message, payload: newsOf(event, 1).payload }, state);
    await world.publish({ ...first, payload: unreadable }, second, third, {
      ...newsOf(broken, 1),
      payload: unreadable,
    });
    await settle(first, "done", repaired);
    await settle(second, "done", edited);
    await settle(third, "discarded", discarded);

    const { id } = await beginRebuild(world.pool, actor);
    await workUntilDone(world);

    expect(await projection(world)).toEqual(
      newest([
        [repaired, 1],
        [edited, 1],
      ]),
    );
    expect(await findRebuild(world.pool, id)).toMatchObject({ messages: 4, unreadable: 1 });
  });

  test("passes over locations, which the same stream carries", async () => {
    await using world = await liveWorld();
    await using _replica = world.start();
    const event = anEvent();
    await world.publish(locationNews(), newsOf(event, 1));

    const { id } = await beginRebuild(world.pool, actor);
    const ended = await eventually(async () => {
      const rebuild = await findRebuild(world.pool, id);
      expect(rebuild.state).toBe("done");
      return rebuild;
    });

    expect(ended).toMatchObject({ messages: 2, unreadable: 0 });
    expect([...(await projection(world)).keys()]).toEqual([event.id]);
  });

  test("of an empty stream leaves an empty projection, and touches no seats", async () => {
    await using world = await liveWorld();
    const eventId = await world.announce({ capacity: 7 });

    await beginRebuild(world.pool, actor);
    await workUntilDone(world);

    expect((await projection(world)).size).toBe(0);
    expect(await world.seats(eventId)).toMatchObject({ capacity: 7 });
  });

  test("is one at a time, is audited, and can be given up", async () => {
    await using world = await liveWorld();
    const event = anEvent();
    await world.publish(newsOf(event, 1));
    await world.announce(event);

    const [first, second] = await Promise.all([
      beginRebuild(world.pool, actor),
      beginRebuild(world.pool, "bob"),
    ]);
    expect(second.id).toBe(first.id);
    const ended = await cancelRebuild(world.pool, first.id, actor);
    const again = await cancelRebuild(world.pool, first.id, actor);
    await workUntilDone(world);

    expect([ended.state, again.state]).toEqual(["cancelled", "cancelled"]);
    expect((await projection(world)).size).toBe(1);
    const next = await beginRebuild(world.pool, actor);
    expect(next.generation).toBeGreaterThan(first.generation);
    const audited = await world.query("select actor, action from audit order by id");
    expect(audited).toEqual([
      { actor: expect.any(String), action: "rebuild projection" },
      { actor, action: "cancel rebuild" },
      { actor, action: "rebuild projection" },
    ]);
  });
});
