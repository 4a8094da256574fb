import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import type { Transaction } from "../postgres.ts";
import { systemRandom } from "../random.ts";
import { messageOf, type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import type { Broker, Delivery } from "./broker.ts";
import { type ConsumerOptions, handleDeliveries } from "./consumer.ts";
import { discardLetter } from "./discard.ts";
import { consumes } from "./handler.ts";
import { payloadReader } from "./incoming.ts";
import { postgresInbox } from "./postgres-inbox.ts";
import { redrive } from "./redrive.ts";
import { restoreLetter } from "./restore.ts";
import { defaultRetryPolicy } from "./retry.ts";

type Fail = (key: string, version: number) => boolean;

/** A projection: one row a key, replaced where the stored version is lower. */
async function projectionOf(world: SinkWorld, fail: Fail = () => false) {
  await world.pool.q.execute(
    sql`create table if not exists latest (key text primary key, version int not null, writes int not null default 1)`,
  );
  const handler = consumes(OrderConfirmedSchema, {
    handle: async (tx: Transaction, _message, { key, version }) => {
      if (fail(key, version)) throw new Error(`${key} v${version} fails`);
      await tx.q.execute(sql`
        insert into latest (key, version) values (${key}, ${version}) on conflict (key) do update
        set version = excluded.version, writes = latest.writes + 1 where latest.version < excluded.version`);
    },
  });
  const options: ConsumerOptions<Transaction> = {
    ...sinkConsumer,
    order: "latest",
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
    headsMayRun: () => undefined,
  };
  return options;
}

interface Answered {
  acked: number;
  naks: number[];
}

let sequence = 0;

function deliveryOf(
  key: string,
  version: number,
  { message = messageOf(key, version), redelivered = false } = {},
): Delivery & { readonly answered: Answered } {
  const answered: Answered = { acked: 0, naks: [] };
  sequence += 1;
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

async function projected(world: SinkWorld) {
  const rows = await world.pool.q.execute<{ key: string; version: number; writes: number }>(
    sql`select key, version, writes from latest order by key`,
  );
  return [...rows];
}

async function leftovers(world: SinkWorld) {
  const [row] = await world.pool.q.execute(sql`
    select (select count(*)::int from parked) as parked, (select count(*)::int from lanes) as lanes,
      (select count(*)::int from message_attempts) as attempts`);
  return row;
}

/** Delivers one message as often as the broker would: until it is acknowledged, eight times at most. */
async function deliverUntilAcked(
  options: ConsumerOptions<Transaction>,
  key: string,
  version: number,
  beside: (attempt: number) => readonly Delivery[] = () => [],
) {
  const message = messageOf(key, version);
  const delays: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const delivery = deliveryOf(key, version, { message, redelivered: attempt > 1 });
    await handleDeliveries(options, [delivery, ...beside(attempt)], { inHand: new Set() });
    if (delivery.answered.acked > 0) return { attempts: attempt, delays };
    delays.push(...delivery.answered.naks);
  }
  throw new Error("it was never acknowledged");
}

async function onlyLetter(world: SinkWorld) {
  const letters = await world.pool.q.execute<{ id: string; state: string }>(
    sql`select id, state, reason, attempts from dead_letters`,
  );
  expect(letters).toHaveLength(1);
  return { ...letters[0], id: Number(letters[0]?.id) };
}

describe("a consumer of the latest state", () => {
  test("keeps the newest version and parks nothing, whatever order and doubling they come in", async () => {
    await using world = await sinkWorld();
    const options = await projectionOf(world);
    const step = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }));
    let run = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        run += 1;
        const keyOf = (key: number) => `${run}-${key}`;
        for (let at = 0; at < steps.length; at += 7) {
          const batch = steps
            .slice(at, at + 7)
            .map(([key, version]) => deliveryOf(keyOf(key), version));
          await handleDeliveries(options, batch, { inHand: new Set() });
          expect(batch.map(({ answered }) => answered.acked)).toEqual(batch.map(() => 1));
        }

        const newest = new Map<string, number>();
        for (const [key, version] of steps) {
          const name = `order/${keyOf(key)}`;
          newest.set(name, Math.max(version, newest.get(name) ?? 0));
        }
        const rows = await projected(world);
        const mine = rows.filter(({ key }) => key.startsWith(`order/${run}-`));
        expect(new Map(mine.map(({ key, version }) => [key, version]))).toEqual(newest);
      }),
      { numRuns: 25 },
    );

    expect(await leftovers(world)).toEqual({ parked: 0, lanes: 0, attempts: 0 });
  });

  test("does nothing twice for one message", async () => {
    await using world = await sinkWorld();
    const options = await projectionOf(world);
    const message = messageOf("1", 4);
    const twice = [false, true].map((redelivered) => deliveryOf("1", 4, { message, redelivered }));

    for (const delivery of twice)
      await handleDeliveries(options, [delivery], { inHand: new Set() });

    expect(twice.map(({ answered }) => answered.acked)).toEqual([1, 1]);
    expect(await projected(world)).toEqual([{ key: "order/1", version: 4, writes: 1 }]);
  });

  test("gives a failing message back with growing delays, sets it aside after five, and blocks nobody", async () => {
    await using world = await sinkWorld();
    const options = await projectionOf(world, (key, version) => key === "order/1" && version === 2);
    const beside: ReturnType<typeof deliveryOf>[] = [];

    const { attempts, delays } = await deliverUntilAcked(options, "1", 2, (attempt) => {
      // Of another key, and a later version of the very same one.
      const others = [deliveryOf("2", attempt), deliveryOf("1", 2 + attempt)];
      beside.push(...others);
      return others;
    });

    expect(attempts).toBe(5);
    expect(delays).toHaveLength(4);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays[0]).toBeGreaterThan(0);
    expect(beside.every(({ answered }) => answered.acked === 1)).toBe(true);
    expect(await projected(world)).toEqual([
      { key: "order/1", version: 7, writes: 5 },
      { key: "order/2", version: 5, writes: 5 },
    ]);
    expect(await onlyLetter(world)).toMatchObject({
      state: "dead",
      reason: "attempts_used",
      attempts: 5,
    });
    expect(await leftovers(world)).toEqual({ parked: 0, lanes: 0, attempts: 0 });
  });

  test("sets aside at once what it cannot read, and goes on", async () => {
    await using world = await sinkWorld();
    const options = await projectionOf(world);
    const garbage = { ...messageOf("1", 1), payload: new Uint8Array([255, 255, 255]) };
    const batch = [
      deliveryOf("1", 1, { message: garbage }),
      deliveryOf("2", 1, { message: { ...messageOf("2", 1), headers: "" } }),
      deliveryOf("1", 2),
    ];

    await handleDeliveries(options, batch, { inHand: new Set() });

    expect(batch.map(({ answered }) => answered.acked)).toEqual([1, 1, 1]);
    const letters = await world.pool.q.execute(
      sql`select key, reason from dead_letters order by stream_sequence`,
    );
    expect([...letters]).toEqual([
      { key: "order/1", reason: "unreadable" },
      { key: null, reason: "no_key" },
    ]);
    expect(await projected(world)).toEqual([{ key: "order/1", version: 2, writes: 1 }]);
  });

  test.each([
    { meanwhile: "nothing newer", newer: undefined, expected: { version: 2, writes: 1 } },
    { meanwhile: "something newer", newer: 3, expected: { version: 3, writes: 1 } },
  ])(
    "applies a redriven letter only over a lower version: $meanwhile came meanwhile",
    async ({ newer, expected }) => {
      await using world = await sinkWorld();
      let broken = true;
      const options = await projectionOf(world, (_key, version) => broken && version === 2);
      await deliverUntilAcked(options, "1", 2);
      if (newer !== undefined)
        await handleDeliveries(options, [deliveryOf("1", newer)], { inHand: new Set() });
      const { id } = await onlyLetter(world);

      expect(await redrive(options, id, "test")).toMatchObject({ outcome: "failed" });
      expect(await onlyLetter(world)).toMatchObject({ state: "dead", attempts: 6 });
      broken = false;
      expect(await redrive(options, id, "test")).toEqual({ outcome: "done" });

      expect(await projected(world)).toEqual([{ key: "order/1", ...expected }]);
      expect(await onlyLetter(world)).toMatchObject({ state: "done" });
      await expect(redrive(options, id, "test")).rejects.toMatchObject({
        kind: "conflict",
        reason: "dead_letter_resolved",
      });
      expect(await leftovers(world)).toEqual({ parked: 0, lanes: 0, attempts: 0 });
    },
  );

  test("discards and restores a letter at any time, since no lane waits for it", async () => {
    await using world = await sinkWorld();
    let broken = true;
    const options = await projectionOf(world, (_key, version) => broken && version === 2);
    await deliverUntilAcked(options, "1", 2);
    const { id } = await onlyLetter(world);
    const act = { id: Number(id), actor: "ann", reason: "at random" };

    expect(await discardLetter(options, act)).toMatchObject({ state: "discarded" });
    await handleDeliveries(options, [deliveryOf("1", 1)], { inHand: new Set() });
    expect(await restoreLetter(options, act)).toMatchObject({ state: "dead" });
    broken = false;
    expect(await redrive(options, act.id, "test")).toEqual({ outcome: "done" });

    expect(await projected(world)).toEqual([{ key: "order/1", version: 2, writes: 2 }]);
    expect(await leftovers(world)).toEqual({ parked: 0, lanes: 0, attempts: 0 });
  });
});
