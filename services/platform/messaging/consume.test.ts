import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { sql } from "drizzle-orm";
import { type Clock, systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { isLockTimeout } from "../outage.ts";
import { openPool, type Transaction } from "../postgres.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import { messageOf, type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import type { Broker, Delivery, Subscription } from "./broker.ts";
import { type ConsumerOptions, consume } from "./consumer.ts";
import { consumes, type Handler } from "./handler.ts";
import type { InboxStore } from "./inbox.ts";
import { payloadReader } from "./incoming.ts";
import { workLanes } from "./lane-worker.ts";
import { postgresInbox } from "./postgres-inbox.ts";
import { defaultRetryPolicy } from "./retry.ts";
import { wakeable } from "./wake.ts";

const patient = { deadlineMs: 60_000 };

/** A durable of the test's: what it is given is delivered, and again at once when it comes back. */
class Durable implements Subscription {
  readonly acked: string[] = [];
  readonly givenBack: string[] = [];
  redelivers = true;
  /** How many it hands over at once, at most. */
  atOnceMax = Number.POSITIVE_INFINITY;
  #queue: Delivery[] = [];
  #arrived: () => void = () => undefined;
  #sequence = 0;

  give(...names: readonly `${string} v${number}`[]): void {
    for (const name of names) this.#put(name, messageOfName(name), false);
  }

  giveSuspect(name: `${string} v${number}`): void {
    this.#put(name, messageOfName(name), true);
  }

  async next(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    while (this.#queue.length === 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#arrived = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
    return signal.aborted ? [] : this.#queue.splice(0, Math.min(max, this.atOnceMax));
  }

  waiting = (): number => this.#queue.length;
  working = (): void => undefined;
  close = async (): Promise<void> => undefined;

  #put(name: string, message: ReturnType<typeof messageOf>, redelivered: boolean): void {
    const answer = (list: string[]) => {
      list.push(name);
    };
    this.#queue.push({
      ...message,
      stream: sinkConsumer.stream,
      sequence: ++this.#sequence,
      publishedAt: new Date(),
      redelivered,
      ack: () => answer(this.acked),
      nak: () => {
        answer(this.givenBack);
        if (this.redelivers) this.#put(name, message, true);
      },
      working: () => undefined,
    });
    this.#arrived();
  }
}

function messageOfName(name: string) {
  const [key = "", version] = name.split(" v");
  return messageOf(key, Number(version));
}

interface Behaviour {
  readonly durable: Durable;
  readonly store: InboxStore<Transaction>;
  readonly handlers?: readonly Handler<Transaction>[];
  readonly headsMayRun?: () => void;
  readonly clock?: Clock;
}

/** A consumer with batches of two. */
const optionsOf = ({
  durable,
  store,
  handlers = [],
  headsMayRun = () => undefined,
  clock = systemClock,
}: Behaviour): ConsumerOptions<Transaction> => ({
  ...sinkConsumer,
  order: "key",
  store,
  broker: { subscribe: async () => durable } as unknown as Broker,
  rules: {
    service: "orders",
    consumer: sinkConsumer.durable,
    handlers: new Map(handlers.map((handler) => [handler.type, handler])),
    payloads: payloadReader([OrderConfirmedSchema]),
    parkedPerLaneMax: 1_000,
    parkedMax: 100_000,
    handlerTimeoutMs: 60_000,
    clock: systemClock,
  },
  retry: { ...defaultRetryPolicy, baseMs: 5 },
  batchMax: 2,
  ackWaitMs: 30_000,
  clock,
  random: systemRandom,
  log: silentLog,
  unclean: new Set(),
  headsMayRun,
});

/** A test holds a batch for as long as it takes, which on a busy machine may be long. */
const limitMs = 60_000;

/** A consumer whose handler does what the test says before it writes, and its lane worker. */
function consuming(
  world: SinkWorld,
  before: (name: string) => unknown,
  { lockTimeoutMs = limitMs } = {},
) {
  const durable = new Durable();
  const happened: string[] = [];
  const wake = wakeable();
  const stop = new AbortController();
  const began = Promise.withResolvers<void>();
  const handler = consumes(OrderConfirmedSchema, {
    handle: async (tx: Transaction, _message, { key, version }) => {
      const name = `${key.slice("order/".length)} v${version}`;
      happened.push(`${name} begins`);
      began.resolve();
      await before(name);
      await tx.q.execute(sql`insert into sink (key, version) values (${key}, ${version})`);
      happened.push(`${name} ends`);
    },
  });
  const pool = openPool({
    url: world.databaseUrl,
    connectionsMax: 4,
    name: "consume test",
    wholeScans: false,
    lockTimeoutMs,
    statementTimeoutMs: limitMs,
    idleInTransactionTimeoutMs: limitMs,
  });
  const inbox = postgresInbox(pool, sinkConsumer.durable, (tx) => ({
    stores: tx,
    lock: async () => undefined,
  }));
  let transactions = 0;
  const undone: unknown[] = [];
  const options = optionsOf({
    durable,
    store: {
      ...inbox,
      // Else the connection that happens to be open first decides which batch has the locks.
      transaction: async (work) => {
        transactions += 1;
        if (transactions === 2) await began.promise;
        return inbox.transaction(work).catch((error: unknown) => {
          undone.push(error);
          throw error;
        });
      },
    },
    handlers: [handler],
    headsMayRun: () => wake.wake(),
  });
  const running: Promise<void>[] = [];
  return {
    durable,
    happened,
    /** What its transactions failed with. */
    undone,
    start: () => void running.push(consume(options, stop.signal)),
    startLanes: () => void running.push(workLanes({ ...options, store: inbox, wake }, stop.signal)),
    async stop() {
      stop.abort();
      await Promise.all(running);
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
      await pool.close(1_000);
    },
  };
}

/** Until the second batch waits for a lock of the first. */
const secondWaits = (world: SinkWorld) =>
  eventually(async () => {
    const waiting = await world.pool.q.execute(sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    return waiting.length > 0;
  }, patient);

/** As long as whoever need not wait takes to come to its handler, and much longer. */
async function manyRoundTrips(world: SinkWorld): Promise<void> {
  for (let trip = 0; trip < 30; trip++) await world.pool.q.execute(sql`select 1`);
}

const handledOf = async (world: SinkWorld, key: string) =>
  (await world.handled()).filter((row) => row.key === `order/${key}`).map(({ version }) => version);

describe("a consumer with two full batches", () => {
  test("works on both at once, and keeps the order of a key that both have", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    await using consumer = consuming(world, (name) => (name === "1 v1" ? gate.promise : undefined));
    const { durable } = consumer;
    durable.give("1 v1", "2 v1", "1 v2", "3 v1");

    consumer.start();
    consumer.startLanes();
    await secondWaits(world);
    expect(durable.acked).toEqual([]);
    gate.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(4), patient);
    await eventually(() => expect(new Set(durable.acked).size).toBe(4), patient);
    expect(await handledOf(world, "1")).toEqual([1, 2]);
    expect(await world.disorder()).toBe(0);
  }, 120_000);

  test("commits the second while the first still runs", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    await using consumer = consuming(world, (name) => (name === "1 v1" ? gate.promise : undefined));
    consumer.durable.give("1 v1", "2 v1", "3 v1", "4 v1");

    consumer.start();
    await eventually(() => expect(consumer.durable.acked).toEqual(["3 v1", "4 v1"]), patient);
    gate.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(4), patient);
  }, 120_000);

  test("begins none beside one that is not full", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    await using consumer = consuming(world, (name) => (name === "1 v1" ? gate.promise : undefined));
    const { durable, happened } = consumer;
    durable.atOnceMax = 1;
    durable.give("1 v1", "2 v1", "3 v1", "4 v1");

    consumer.start();
    await eventually(() => expect(happened).toEqual(["1 v1 begins"]), patient);
    await manyRoundTrips(world);
    expect(durable.waiting()).toBe(3);
    expect(happened).toEqual(["1 v1 begins"]);
    gate.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(4), patient);
  }, 120_000);

  test("repeats the second as it is when it has waited too long for the first", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, before, { lockTimeoutMs: 200 });
    const { durable, undone } = consumer;
    durable.give("1 v1", "2 v1", "1 v2", "3 v1");

    consumer.start();
    await eventually(() => expect(undone.map(isLockTimeout)).toEqual([true]), patient);
    await manyRoundTrips(world);
    expect(undone).toHaveLength(1);
    gate.resolve();

    await eventually(
      () => expect(durable.acked).toEqual(["1 v1", "2 v1", "1 v2", "3 v1"]),
      patient,
    );
    expect(durable.givenBack).toEqual([]);
    expect(undone).toHaveLength(1);
    expect(await world.handled()).toHaveLength(4);
    expect(await world.disorder()).toBe(0);
  }, 120_000);

  test("puts the second off when somebody else has what it needs, too", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    const before = (name: string) => (name === "1 v1" ? gate.promise : undefined);
    await using consumer = consuming(world, before, { lockTimeoutMs: 200 });
    const { durable, undone } = consumer;
    durable.redelivers = false;
    durable.give("1 v1", "2 v1", "1 v2", "3 v1");

    await world.pool.transaction(async (tx) => {
      await tx.q.execute(
        sql`insert into lanes (consumer, key) values (${sinkConsumer.durable}, 'order/3')`,
      );
      // It says something again and again, or the server would end it for being idle.
      const meanwhile = (holds: () => void) =>
        eventually(async () => {
          await tx.q.execute(sql`select 1`);
          holds();
        }, patient);
      consumer.start();
      await meanwhile(() => expect(undone).toHaveLength(1));
      gate.resolve();
      await meanwhile(() => expect(durable.givenBack).toEqual(["1 v2", "3 v1"]));
    });

    expect(undone.map(isLockTimeout)).toEqual([true, true]);
    expect(durable.acked).toEqual(["1 v1", "2 v1"]);
    expect(await world.handled()).toHaveLength(2);
  }, 120_000);

  test.each(["throws", "loses its connection"])(
    "lets no later version run ahead when the first %s",
    async (how) => {
      await using world = await sinkWorld();
      const gate = Promise.withResolvers<void>();
      let tries = 0;
      await using consumer = consuming(world, async (name) => {
        if (name !== "1 v1" || ++tries > 1) return;
        await gate.promise;
        if (how === "throws") throw new Error("the handler fails");
      });
      const { durable, happened } = consumer;
      durable.give("1 v1", "2 v1", "1 v2", "3 v1");

      consumer.start();
      await secondWaits(world);
      await eventually(() => expect(happened).toContain("1 v1 begins"), patient);
      if (how !== "throws")
        await world.pool.q.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and state = 'idle in transaction'`);
      gate.resolve();
      consumer.startLanes();

      await eventually(async () => expect(await world.handled()).toHaveLength(4), patient);
      await eventually(() => expect(new Set(durable.acked).size).toBe(4), patient);
      expect(await handledOf(world, "1")).toEqual([1, 2]);
      expect(await world.disorder()).toBe(0);
    },
    120_000,
  );

  test("lets suspects run when the first has ended, and nobody beside them", async () => {
    await using world = await sinkWorld();
    const [first, suspect] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const gates = new Map([
      ["1 v1", first.promise],
      ["3 v1", suspect.promise],
    ]);
    await using consumer = consuming(world, (name) => gates.get(name));
    const { durable, happened } = consumer;
    durable.give("1 v1", "2 v1");
    durable.giveSuspect("3 v1");
    durable.give("4 v1", "5 v1", "6 v1");

    consumer.start();
    await eventually(() => expect(happened).toEqual(["1 v1 begins"]), patient);
    await eventually(() => expect(durable.waiting()).toBe(2), patient);
    await manyRoundTrips(world);
    expect(happened).toEqual(["1 v1 begins"]);
    first.resolve();
    await eventually(() => expect(happened).toContain("3 v1 begins"), patient);
    await manyRoundTrips(world);
    expect(durable.waiting()).toBe(2);
    suspect.resolve();

    await eventually(async () => expect(await world.handled()).toHaveLength(6), patient);
    expect(happened.indexOf("5 v1 begins")).toBeGreaterThan(happened.indexOf("3 v1 ends"));
  }, 120_000);

  test("gives back what waits for the first when it is stopped", async () => {
    await using world = await sinkWorld();
    const gate = Promise.withResolvers<void>();
    await using consumer = consuming(world, (name) => (name === "1 v1" ? gate.promise : undefined));
    const { durable } = consumer;
    durable.redelivers = false;
    durable.give("1 v1", "2 v1");
    durable.giveSuspect("3 v1");
    durable.give("4 v1");

    consumer.start();
    await eventually(() => expect(durable.waiting()).toBe(0), patient);
    const stopped = consumer.stop();
    gate.resolve();
    await stopped;

    expect(durable.acked).toEqual(["1 v1", "2 v1"]);
    expect(durable.givenBack).toEqual(["3 v1", "4 v1"]);
    expect(await world.handled()).toHaveLength(2);
  }, 120_000);
});

test("a consumer to which messages come one after another rests as long as its batch took, 5 ms at most", async () => {
  const durable = new Durable();
  let nowMs = 0;
  const batches = [
    { tookMs: 3, comes: ["2 v1"] },
    { tookMs: 50, comes: ["3 v1"] },
    // Neither when the next batch is full already, nor when nothing waits.
    { tookMs: 4, comes: ["4 v1", "5 v1"] },
    { tookMs: 2, comes: [] },
  ] as const;
  let done = 0;
  const transaction = async () => {
    const batch = batches[done];
    done += 1;
    nowMs += batch?.tookMs ?? 0;
    durable.give(...(batch?.comes ?? []));
    return { headsMayRun: false, duplicates: 0 };
  };
  const rests: number[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) => {
      if (ms > 1_000) return systemClock.sleep(ms, signal); // It only keeps hold of what is in hand.
      rests.push(ms);
      return Promise.resolve();
    },
  };
  const store = { transaction } as unknown as InboxStore<Transaction>;
  const stop = new AbortController();
  durable.give("1 v1");

  const running = consume(optionsOf({ durable, store, clock }), stop.signal);
  await eventually(() => expect(durable.acked).toHaveLength(5), patient);
  stop.abort();
  await running;

  expect(rests).toEqual([3, 5]);
});
