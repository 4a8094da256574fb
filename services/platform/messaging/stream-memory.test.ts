import { describe, expect, test } from "bun:test";
import { cp, rm } from "node:fs/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import { type SinkWorld, sinkWorld } from "../testing/sink.ts";
import type { Broker } from "./broker.ts";
import type { OutboxStore } from "./outbox-store.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import type { PublishedStream } from "./published-stream.ts";
import { relayOutbox } from "./relay.ts";
import { type StreamMemory, streamMemory } from "./stream-memory.ts";
import { wakeable } from "./wake.ts";

const orders: PublishedStream = {
  name: "ORDERS",
  subjects: ["orders.v1.>"],
  maxAgeSeconds: 604_800,
  shared: false,
};

/** A message of somebody else. */
const other = {
  subject: "orders.v1.other.1",
  headers: "Nats-Msg-Id: other",
  payload: new Uint8Array(),
};

const settings = { clock: systemClock, log: silentLog, held: () => true };

function memoryOf(
  world: SinkWorld,
  {
    broker = world.broker,
    notes = new Map<string, string>(),
    outbox = postgresOutbox(world.pool),
  }: { broker?: Broker; notes?: Map<string, string>; outbox?: OutboxStore } = {},
) {
  const restoreTopology = async () => undefined;
  return streamMemory({ ...settings, outbox, broker, streams: [orders], notes, restoreTopology });
}

const pending = async (world: SinkWorld) =>
  (await world.pool.q.execute(sql`select 1 from outbox`)).length;

/** Relays with a memory of its own until nothing is pending, or it fails. */
async function relayAll(
  world: SinkWorld,
  { broker = world.broker, notes }: { broker?: Broker; notes?: Map<string, string> } = {},
): Promise<void> {
  const memory = await memoryOf(world, { broker, ...(notes ? { notes } : {}) });
  await relayWith(world, { broker, memory });
}

async function relayWith(
  world: SinkWorld,
  {
    broker,
    memory,
    outbox = postgresOutbox(world.pool),
  }: {
    readonly broker: Broker;
    readonly memory: StreamMemory;
    readonly outbox?: OutboxStore;
  },
): Promise<void> {
  const stop = new AbortController();
  const parts = { outbox, broker, memory, wake: wakeable(), partition: 0, streams: [orders] };
  const term = { fresh: () => true, held: () => true, signal: stop.signal };
  const relaying = relayOutbox({ ...settings, ...parts, random: systemRandom }, term);
  const done = eventually(async () =>
    expect([await pending(world), memory.forgot()]).toEqual([0, false]),
  );
  done.catch(() => undefined);
  await Promise.race([done, relaying]);
  stop.abort();
  await relaying;
}

/** Sends `lost` more messages than the stream will hold, because it is put back to a copy. */
async function withLoss(world: SinkWorld, keys: readonly string[]): Promise<void> {
  const jsm = await jetstreamManager(await world.broker.connection(1_000));
  await jsm.streams.add({ name: "ORDERS", subjects: ["orders.v1.>"] });
  await (await memoryOf(world)).inspect();
  const copy = `${world.nats.storeDir}-copy`;
  await world.send("kept", [1, 2]);
  await relayAll(world);
  await world.nats.server.stop();
  await cp(world.nats.storeDir, copy, { recursive: true });
  await world.nats.server.restart();
  await eventually(() => world.broker.connected());
  for (const key of keys) await world.send(key, [1]);
  await relayAll(world);
  await world.nats.server.kill();
  await rm(world.nats.storeDir, { recursive: true });
  await cp(copy, world.nats.storeDir, { recursive: true });
  await world.nats.server.restart();
  await eventually(async () => (await world.broker.streamState("ORDERS"))?.lastSequence === 2);
  await rm(copy, { recursive: true });
}

async function eventIds(world: SinkWorld): Promise<readonly string[]> {
  const subjects: string[] = [];
  for await (const { subject } of world.broker.read("ORDERS")) subjects.push(subject);
  return subjects.toSorted();
}

const subjectsOf = (keys: readonly string[]) =>
  keys.map((key) => `orders.v1.order_confirmed.${key}`).toSorted();

describe("streamMemory", () => {
  test("knows of a loss, covered up by later publishes, after its repair failed", async () => {
    await using world = await sinkWorld();
    await withLoss(world, ["lost1", "lost2", "lost3"]);
    const later = Array.from({ length: 20 }, (_, index) => `later${index}`);
    for (const key of later) await world.send(key, [1]);
    // biome-ignore lint/correctness/useYield: it fails before there is anything
    const read: Broker["read"] = async function* () {
      throw new Error("no answer");
    };

    await expect(relayAll(world, { broker: { ...world.broker, read } })).rejects.toThrow(
      "no answer",
    );
    expect((await world.broker.streamState("ORDERS"))?.lastSequence).toBeGreaterThan(5);
    await relayAll(world);

    const all = ["kept", "kept", "lost1", "lost2", "lost3", ...later];
    expect(await eventIds(world)).toEqual(subjectsOf(all));
    expect((await memoryOf(world)).forgot()).toBe(false);
  });

  test("stores what it noted before the mark is raised, and does not lose it when the store fails", async () => {
    await using world = await sinkWorld();
    const notes = new Map<string, string>();
    const failing = { ...postgresOutbox(world.pool), noteForgot: () => Promise.reject("away") };
    const memory = await memoryOf(world, { notes, outbox: failing });

    memory.acknowledged(
      { id: 1, eventId: "e", stream: "ORDERS", sequence: 3, duplicate: false },
      5,
    );

    await expect(memory.storeNotes()).rejects.toBe("away");
    expect((await memoryOf(world)).forgot()).toBe(false);
    const next = await memoryOf(world, { notes });
    expect(next.forgot()).toBe(true);
    await next.storeNotes();
    expect((await memoryOf(world)).forgot()).toBe(true);
  });

  test("finds by comparison what the stream's state cannot tell", async () => {
    await using world = await sinkWorld();
    await withLoss(world, ["lost1", "lost2"]);
    // Another service's publishes pass the mark.
    for (const id of ["a", "b", "c", "d"]) {
      const headers = `Nats-Msg-Id: ${id}`;
      const payload = new Uint8Array();
      await world.broker.publish({ subject: `orders.v1.other.${id}`, headers, payload });
    }
    const memory = await memoryOf(world);
    await memory.inspect();
    expect(memory.forgot()).toBe(false);

    await memory.compare([{ ...orders, shared: true, subjects: ["orders.v1.order_confirmed.*"] }]);

    expect(memory.forgot()).toBe(true);
    await relayAll(world);
    const found = await eventIds(world);
    expect(found).toEqual(expect.arrayContaining([...subjectsOf(["lost1", "lost2"])]));
    expect(found).toHaveLength(8);
  });

  test("finds a loss that publishes left unanswered have covered up", async () => {
    await using world = await sinkWorld();
    await withLoss(world, ["lost1", "lost2"]);
    await world.send("later1", [1]);
    await world.send("later2", [1]);
    // As many as were lost are stored in their places, and acknowledged as duplicates only.
    const stored = new Set<string>();
    const publish: Broker["publish"] = async (message) => {
      const ack = await world.broker.publish(message);
      if (stored.has(message.subject)) return ack;
      stored.add(message.subject);
      throw new Error("no answer");
    };
    const broker = { ...world.broker, publish };
    const memory = await memoryOf(world, { broker });
    await relayWith(world, { broker, memory });

    await memory.inspect();

    expect(memory.forgot()).toBe(true);
    await relayAll(world);
    const all = ["kept", "kept", "later1", "later2", "lost1", "lost2"];
    expect(await eventIds(world)).toEqual(subjectsOf(all));
  });

  test("notices that a message was removed between its acknowledgement and its finish", async () => {
    await using world = await sinkWorld();
    const jsm = await jetstreamManager(await world.broker.connection(1_000));
    const duplicate_window = 200_000_000;
    await jsm.streams.add({ name: "ORDERS", subjects: ["orders.v1.>"], duplicate_window });
    const finishing = Promise.withResolvers<void>();
    const kept = postgresOutbox(world.pool);
    const finish: OutboxStore["finish"] = async (acknowledged) => {
      await finishing.promise;
      await kept.finish(acknowledged);
    };
    const outbox = { ...kept, finish };
    const memory = await memoryOf(world, { outbox });
    await memory.inspect();
    await world.send("1", [1]);
    const relaying = relayWith(world, { broker: world.broker, memory, outbox });
    await eventually(() => expect(memory.highest("ORDERS")).toBe(1));

    await jsm.streams.deleteMessage("ORDERS", 1);
    await memory.inspect();
    finishing.resolve();
    await relaying;

    expect(await eventIds(world)).toEqual(subjectsOf(["1"]));
  });

  test("notices that a message was removed before its acknowledgement came", async () => {
    await using world = await sinkWorld();
    const jsm = await jetstreamManager(await world.broker.connection(1_000));
    await jsm.streams.add({ name: "ORDERS", subjects: ["orders.v1.>"] });
    const memory = await memoryOf(world);
    await memory.inspect();
    const ack = await world.broker.publish(other);
    await jsm.streams.deleteMessage("ORDERS", ack.sequence);
    await memory.inspect();
    expect(memory.forgot()).toBe(false);

    memory.acknowledged({ ...ack, id: 1, eventId: "other" }, 0);

    expect(memory.forgot()).toBe(true);
  });

  test("looks in a stream in doubt for what is not finished as well", async () => {
    await using world = await sinkWorld();
    const jsm = await jetstreamManager(await world.broker.connection(1_000));
    await jsm.streams.add({ name: "ORDERS", subjects: ["orders.v1.>"] });
    const memory = await memoryOf(world);
    const ack = await world.broker.publish(other);
    const forgotten = { ...ack, id: 1, eventId: "forgotten" };

    memory.acknowledged(forgotten, 0);
    memory.doubt("ORDERS");
    await memory.inspect();

    // Another message stands in its place.
    expect(memory.forgot()).toBe(true);
  });

  test("asks for no kept messages when age explains what was removed", async () => {
    const day = 86_400_000;
    const state = (firstSequence: number, daysOld: number) => ({
      createdAt: "then",
      firstSequence,
      firstAt: new Date(Date.now() - daysOld * day),
      lastSequence: 100,
      deleted: 0,
      messages: 50,
      bytes: 1,
    });
    let asked = 0;
    let now = state(10, 7);
    const seen = new Map([["ORDERS", { ...state(1, 7), forgot: null }]]);
    const outbox = {
      streamsSeen: async () => seen,
      saveStreamSeen: async () => undefined,
      sentBetween: async () => {
        asked += 1;
        return [];
      },
    } as unknown as OutboxStore;
    const broker = { streamState: async () => now } as unknown as Broker;
    const memory = await streamMemory({
      ...settings,
      outbox,
      broker,
      streams: [orders],
      notes: new Map(),
      restoreTopology: async () => undefined,
    });

    await memory.inspect();
    expect(asked).toBe(0);
    now = state(20, 1);
    await memory.inspect();
    expect(asked).toBe(1);
  });
});
