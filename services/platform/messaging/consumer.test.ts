import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { sql } from "drizzle-orm";
import { type Clock, systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { Transaction } from "../postgres.ts";
import { type Random, systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import { messageOf, type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import type { Broker, Delivery } from "./broker.ts";
import { type ConsumerOptions, handleDeliveries } from "./consumer.ts";
import { consumes } from "./handler.ts";
import { payloadReader } from "./incoming.ts";
import { workLanes } from "./lane-worker.ts";
import { postgresInbox } from "./postgres-inbox.ts";
import { defaultRetryPolicy } from "./retry.ts";
import { wakeable } from "./wake.ts";

type Fail = (key: string, version: number) => boolean;

/** A consumer without a broker: what is delivered, when and how often, is the test's decision. */
function consumerOf(
  world: SinkWorld,
  fail: Fail = () => false,
  how: (name: string) => unknown = (name) => {
    throw new Error(`${name} fails`);
  },
) {
  const wake = wakeable();
  const handler = consumes(OrderConfirmedSchema, {
    handle: async (tx: Transaction, _message, { key, version }) => {
      if (fail(key, version)) await how(`${key} v${version}`);
      await tx.q.execute(sql`insert into sink (key, version) values (${key}, ${version})`);
    },
  });
  const options: ConsumerOptions<Transaction> = {
    ...sinkConsumer,
    order: "key",
    store: postgresInbox(world.pool, sinkConsumer.durable, (tx) => ({
      stores: tx,
      lock: async () => undefined,
    })),
    broker: undefined as unknown as Broker,
    rules: {
      service: "orders",
      consumer: sinkConsumer.durable,
      handlers: new Map([[handler.type, handler]]),
      payloads: payloadReader([OrderConfirmedSchema]),
      parkedPerLaneMax: 1_000,
      parkedMax: 100_000,
      handlerTimeoutMs: 4_000,
      clock: systemClock,
    },
    retry: { ...defaultRetryPolicy, baseMs: 5 },
    ackWaitMs: 30_000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    unclean: new Set(),
    headsMayRun: () => wake.wake(),
  };
  return { options, wake };
}

interface Answered {
  acked: number;
  naks: number[];
}

function deliveryOf(
  {
    key,
    version,
    sequence,
    redelivered = false,
  }: { key: string; version: number; sequence: number; redelivered?: boolean },
  message = messageOf(key, version),
): Delivery & { readonly answered: Answered } {
  const answered: Answered = { acked: 0, naks: [] };
  return {
    ...message,
    stream: "ORDERS",
    sequence,
    publishedAt: new Date(),
    redelivered,
    answered,
    ack: () => void answered.acked++,
    nak: (delayMs) => void answered.naks.push(delayMs),
    working: () => undefined,
  };
}

/** A clock on which the time of a handler is up when the test says so, and no sooner. */
function handlersClock(): Clock & { timeIsUp(): void; running(): number } {
  const limits: { readonly signal: AbortSignal | undefined; readonly pass: () => void }[] = [];
  return {
    ...systemClock,
    sleep: (_, signal) =>
      new Promise((pass) => {
        limits.push({ signal, pass });
        signal?.addEventListener("abort", () => pass());
      }),
    timeIsUp: () => limits.at(-1)?.pass(),
    running: () => limits.filter(({ signal }) => signal?.aborted === false).length,
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

describe("a consumer that orders by key", () => {
  test("handles random permutations with duplicates, in three processors at once, in order and once", async () => {
    await using world = await sinkWorld();
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    const versions = Array.from({ length: 12 }, (_, index) => index + 1);
    let sequence = 0;
    const all = keys.flatMap((key) =>
      versions.flatMap((version) => {
        const delivery = deliveryOf({ key, version, sequence: ++sequence });
        return systemRandom.fraction() < 0.3
          ? [delivery, { ...delivery, redelivered: true }]
          : [delivery];
      }),
    );
    const { options, wake } = consumerOf(world);
    const stop = new AbortController();
    const worker = workLanes({ ...options, wake }, stop.signal);

    const lists = [
      shuffled(all, systemRandom),
      shuffled(all, systemRandom),
      shuffled(all, systemRandom),
    ];
    await Promise.all(
      lists.map(async (list, index) => {
        const mine = list.filter((_, at) => at % 3 === index || systemRandom.fraction() < 0.1);
        for (let at = 0; at < mine.length; at += 25) {
          await handleDeliveries(options, mine.slice(at, at + 25), { inHand: new Set() });
        }
      }),
    );
    // The three shares together may have missed some: everything is delivered once more, in any order.
    await handleDeliveries(options, shuffled(all, systemRandom), { inHand: new Set() });

    await eventually(async () => expect(await world.handled()).toHaveLength(40 * 12), {
      deadlineMs: 60_000,
    });
    expect(await world.disorder()).toBe(0);
    stop.abort();
    await worker;
  });

  test("lets no later version run before those that a dead replica held", async () => {
    await using world = await sinkWorld();
    const { options, wake } = consumerOf(world);
    const held = [1, 2, 3].map((version) => deliveryOf({ key: "1", version, sequence: version }));

    const fourth = deliveryOf({ key: "1", version: 4, sequence: 4 });
    await handleDeliveries(options, [fourth], { inHand: new Set() });
    expect(fourth.answered.acked).toBe(1);
    expect(await world.handled()).toEqual([]);

    await handleDeliveries(
      options,
      held.map((delivery) => ({ ...delivery, redelivered: true })),
      { inHand: new Set() },
    );
    const stop = new AbortController();
    const worker = workLanes({ ...options, wake }, stop.signal);
    await eventually(async () => expect(await world.handled()).toHaveLength(4));
    expect(await world.disorder()).toBe(0);
    stop.abort();
    await worker;
  });

  test("acknowledges a message only after three growing delays have passed it to the database", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world, () => true);
    const message = messageOf("1", 1);
    const tries = [false, true, true].map((redelivered) =>
      deliveryOf({ key: "1", version: 1, sequence: 1, redelivered }, message),
    );

    for (const delivery of tries)
      await handleDeliveries(options, [delivery], { inHand: new Set() });

    const delays = tries.slice(0, 2).map(({ answered }) => answered.naks[0] ?? 0);
    expect(delays[0]).toBeGreaterThan(0);
    expect(delays[1]).toBeGreaterThan(delays[0] ?? 0);
    expect(tries[2]?.answered).toEqual({ acked: 1, naks: [] });
    const [row] = await world.pool.q.execute<{ attempts: number }>(
      sql`select attempts from parked`,
    );
    expect(row?.attempts).toBe(3);
  });

  test("sets aside what cannot be read, blocks only its own key and delays nobody", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world);
    const garbage = { ...messageOf("1", 1), payload: new Uint8Array([255, 255, 255]) };
    const unknown = messageOf("2", 1);
    const batch = [
      deliveryOf({ key: "1", version: 1, sequence: 1 }, garbage),
      deliveryOf(
        { key: "2", version: 1, sequence: 2 },
        { ...unknown, headers: unknown.headers.replace("order_confirmed", "order_teleported") },
      ),
      deliveryOf({ key: "3", version: 1, sequence: 3 }, { ...messageOf("3", 1), headers: "" }),
      deliveryOf({ key: "1", version: 2, sequence: 4 }),
      deliveryOf({ key: "4", version: 1, sequence: 5 }),
    ];

    await handleDeliveries(options, batch, { inHand: new Set() });

    expect(await world.handled()).toEqual([{ key: "order/4", version: 1 }]);
    expect(batch.map(({ answered }) => answered.acked)).toEqual([1, 1, 1, 1, 1]);
    const letters = await world.pool.q.execute(
      sql`select key, reason from dead_letters order by stream_sequence`,
    );
    expect([...letters]).toEqual([
      { key: "order/1", reason: "unreadable" },
      { key: "order/2", reason: "unknown_type" },
      { key: null, reason: "no_key" },
    ]);
    const lanes = await world.pool.q.execute(
      sql`select key, version::int, blocked, waiting from lanes order by key`,
    );
    expect([...lanes]).toEqual([
      { key: "order/1", version: 0, blocked: true, waiting: 1 },
      { key: "order/2", version: 0, blocked: true, waiting: 0 },
      { key: "order/4", version: 1, blocked: false, waiting: 0 },
    ]);
    const announced = await world.pool.q.execute(sql`select subject from outbox order by id`);
    expect([...announced].map(({ subject }) => subject).sort()).toEqual([
      expect.stringMatching(/^orders\.dlq\.v1\.order_confirmed\.\d+$/),
      "orders.dlq.v1.order_confirmed.1",
      "orders.dlq.v1.order_teleported.2",
    ]);
  });

  test("leaves in the stream what finds no room to park, and remembers that", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world);
    const rules = { ...options.rules, parkedPerLaneMax: 2 };
    const batch = [2, 3, 4].map((version) => deliveryOf({ key: "1", version, sequence: version }));

    await handleDeliveries({ ...options, rules }, batch, { inHand: new Set() });

    expect(batch.map(({ answered }) => answered.acked)).toEqual([1, 1, 1]);
    expect(await lanesOf(world)).toEqual([
      { version: 0, blocked: false, waiting: 2, behind: true },
    ]);
    const seen = await world.pool.q.execute(sql`select 1 from inbox`);
    expect(seen).toHaveLength(2);
  });

  test("counts a handler that hangs as a failed attempt, and lets the others through", async () => {
    await using world = await sinkWorld();
    const clock = handlersClock();
    const { options } = consumerOf(
      world,
      (key) => key === "order/1",
      () => {
        queueMicrotask(clock.timeIsUp);
        return new Promise<never>(() => undefined);
      },
    );
    const rules = { ...options.rules, clock, handlerTimeoutMs: 50 };
    const batch = ["1", "2", "3"].map((key, index) =>
      deliveryOf({ key, version: 1, sequence: index + 1 }),
    );

    await handleDeliveries({ ...options, rules }, batch, { inHand: new Set() });

    expect((await world.handled()).map(({ key }) => key)).toEqual(["order/2", "order/3"]);
    expect(batch.map(({ answered }) => answered.acked)).toEqual([0, 1, 1]);
    const [row] = await world.pool.q.execute<{ attempts: number; error: string }>(
      sql`select attempts, error from message_attempts`,
    );
    expect(row).toEqual({
      attempts: 1,
      error: "HandlerTimedOut: the handler took longer than 50 ms",
    });
  });

  test("counts a handler that throws before it has begun to wait as one, and forgets its time", async () => {
    await using world = await sinkWorld();
    const clock = handlersClock();
    const { options } = consumerOf(world);
    const handler = consumes(OrderConfirmedSchema, {
      handle: () => {
        throw new Error("thrown at once");
      },
    });
    const rules = { ...options.rules, clock, handlers: new Map([[handler.type, handler]]) };
    const delivery = deliveryOf({ key: "1", version: 1, sequence: 1 });

    await handleDeliveries({ ...options, rules }, [delivery], { inHand: new Set() });

    expect(delivery.answered).toEqual({ acked: 0, naks: [expect.any(Number)] });
    // Else its limit would pass later, with nobody there to take the failure.
    expect(clock.running()).toBe(0);
  });

  test("puts off what meets a lock, counts no attempt and leaves no mark", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world);
    const suspect = deliveryOf({ key: "1", version: 1, sequence: 1, redelivered: true });

    await world.pool.transaction(async (tx) => {
      await tx.q.execute(sql`lock table sink in access exclusive mode`);
      await handleDeliveries(options, [suspect], { inHand: new Set() });
    });

    expect(suspect.answered).toEqual({ acked: 0, naks: [expect.any(Number)] });
    const [row] = await world.pool.q.execute(
      sql`select attempts, abandoned, started_at from message_attempts`,
    );
    expect(row).toEqual({ attempts: 0, abandoned: 0, started_at: null });
  });

  test("lets the lane decide where two messages carry one id", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world);
    const first = messageOf("1", 1);
    const second = messageOf("1", 2);
    const reused = { ...second, headers: second.headers.replace(second.eventId, first.eventId) };
    const ids = new RegExp(second.eventId, "g");
    const headers = reused.headers.replace(ids, first.eventId);

    await handleDeliveries(
      options,
      [
        deliveryOf({ key: "1", version: 1, sequence: 1 }, first),
        deliveryOf({ key: "1", version: 2, sequence: 2 }, { ...reused, headers }),
        deliveryOf({ key: "1", version: 3, sequence: 3 }),
      ],
      { inHand: new Set() },
    );

    expect(await world.handled()).toHaveLength(3);
    expect(await world.disorder()).toBe(0);
  });

  test("parks a version once however many messages bring it", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world);

    await handleDeliveries(
      options,
      [3, 3, 2].map((version, index) => deliveryOf({ key: "1", version, sequence: index + 1 })),
      { inHand: new Set() },
    );

    expect(await lanesOf(world)).toEqual([
      { version: 0, blocked: false, waiting: 2, behind: false },
    ]);
    expect(await world.pool.q.execute(sql`select 1 from parked`)).toHaveLength(2);
  });

  test("takes no second message for the version that a dead letter blocks", async () => {
    await using world = await sinkWorld();
    const { options } = consumerOf(world);
    const garbage = { ...messageOf("1", 1), payload: new Uint8Array([255, 255]) };

    await handleDeliveries(options, [deliveryOf({ key: "1", version: 1, sequence: 1 }, garbage)], {
      inHand: new Set(),
    });
    const again = deliveryOf({ key: "1", version: 1, sequence: 2 });
    await handleDeliveries(options, [again], { inHand: new Set() });

    expect(again.answered.acked).toBe(1);
    expect(await lanesOf(world)).toEqual([
      { version: 0, blocked: true, waiting: 0, behind: false },
    ]);
    expect(await world.pool.q.execute(sql`select 1 from dead_letters`)).toHaveLength(1);
  });
});

async function lanesOf(world: SinkWorld) {
  const lanes = await world.pool.q.execute(
    sql`select version::int, blocked, waiting, behind from lanes order by key`,
  );
  return [...lanes];
}
