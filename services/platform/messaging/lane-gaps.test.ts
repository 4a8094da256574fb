import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { openPool, type Transaction } from "../postgres.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import { messageOf, type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import type { ConsumerOptions } from "./consumer.ts";
import { payloadReader } from "./incoming.ts";
import { createdAtSequenceKey } from "./jetstream-broker.ts";
import { fillGap } from "./lane-gaps.ts";
import { postgresInbox } from "./postgres-inbox.ts";
import { defaultRetryPolicy } from "./retry.ts";

const soon = { settings: { LANE_GAP_AFTER: 100 } };

/** Publishes past the outbox, as a broker that lost some of it would look. */
async function publish(world: SinkWorld, versions: readonly number[]): Promise<void> {
  for (const version of versions) await world.broker.publish(messageOf("1", version));
}

async function lane(world: SinkWorld) {
  const [row] = await world.pool.q.execute<{ version: number; stuck: boolean; waiting: number }>(
    sql`select version::int, stuck, waiting from lanes`,
  );
  return row;
}

async function behind(world: SinkWorld): Promise<boolean | undefined> {
  const [row] = await world.pool.q.execute<{ behind: boolean }>(sql`select behind from lanes`);
  return row?.behind;
}

/** A consumer with room, to be used by hand. */
function consumerOf(world: SinkWorld): ConsumerOptions<Transaction> {
  return {
    ...sinkConsumer,
    order: "key",
    store: postgresInbox(world.pool, sinkConsumer.durable, (tx) => ({
      stores: tx,
      lock: async () => undefined,
    })),
    broker: world.broker,
    rules: {
      service: "orders",
      consumer: sinkConsumer.durable,
      handlers: new Map(),
      payloads: payloadReader([OrderConfirmedSchema]),
      parkedPerLaneMax: 100,
      parkedMax: 100,
      handlerTimeoutMs: 4_000,
      clock: systemClock,
    },
    retry: defaultRetryPolicy,
    ackWaitMs: 30_000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    unclean: new Set(),
    headsMayRun: () => undefined,
  };
}

/** Streams and durables as a replica makes them, with none running afterwards. */
async function managed(world: SinkWorld): Promise<JetStreamManager> {
  const jsm = await jetstreamManager(await world.broker.connection(2_000));
  await using _replica = world.start();
  await eventually(() => jsm.consumers.info(sinkConsumer.stream, sinkConsumer.durable));
  return jsm;
}

describe("a lane that waits for a version", () => {
  test("takes it from the stream when the stream has it", async () => {
    await using world = await sinkWorld();
    await managed(world);
    await publish(world, [1]);
    const stolen = await world.broker.subscribe(sinkConsumer.stream, sinkConsumer.durable, 1);
    for (const delivery of await stolen.next(1, AbortSignal.timeout(2_000))) delivery.ack();
    await stolen.close();
    await publish(world, [2, 3]);

    await using _replica = world.start(soon);

    await eventually(async () => expect(await world.handled()).toHaveLength(3));
    expect(await world.disorder()).toBe(0);
  });

  test("is reported stuck when the stream has it not, and runs on when it comes after all", async () => {
    await using world = await sinkWorld();
    await managed(world);
    await using _replica = world.start(soon);

    await publish(world, [1, 3, 4]);
    await eventually(async () =>
      expect(await lane(world)).toEqual({ version: 1, stuck: true, waiting: 2 }),
    );
    await publish(world, [2]);

    await eventually(async () =>
      expect(await lane(world)).toEqual({ version: 4, stuck: false, waiting: 0 }),
    );
    expect(await world.disorder()).toBe(0);
  });

  /** Whether the stream's beginning aged is told by the durable, which another made before. */
  async function afterItsBeginning(world: SinkWorld, createdAtSequence: number): Promise<void> {
    const jsm = await managed(world);
    await publish(world, [1, 2]);
    const { stream, durable } = sinkConsumer;
    const { config } = await jsm.consumers.info(stream, durable);
    await jsm.consumers.delete(stream, durable);
    await jsm.streams.purge(stream);
    await publish(world, [3, 4]);
    const metadata = { ...config.metadata, [createdAtSequenceKey]: String(createdAtSequence) };
    await jsm.consumers.add(stream, { ...config, metadata });
  }

  test("starts at the lowest version there is when its durable came after the stream's beginning", async () => {
    await using world = await sinkWorld();
    await afterItsBeginning(world, 3);

    await using _replica = world.start(soon);

    await eventually(async () =>
      expect(await world.handled()).toEqual([
        { key: "order/1", version: 3 },
        { key: "order/1", version: 4 },
      ]),
    );
  });

  test("neither starts later nor is stuck when its first version comes while it is looked for", async () => {
    await using world = await sinkWorld();
    await afterItsBeginning(world, 3);
    const { durable } = sinkConsumer;
    await world.pool.q.execute(sql`
      insert into lanes (consumer, key, waiting) values (${durable}, 'order/1', 1)`);
    const options = consumerOf(world);
    const meanwhile = (happens: ReturnType<typeof sql>) => ({
      ...options,
      broker: {
        ...world.broker,
        durableState: async (stream: string, name: string) => {
          await world.pool.q.execute(happens);
          return world.broker.durableState(stream, name);
        },
      },
    });
    const found = await options.store.findLane("order/1");
    if (!found) throw new Error("there is no lane");

    await fillGap(meanwhile(sql`update lanes set blocked = true`), found);
    expect(await lane(world)).toMatchObject({ version: 0, stuck: false });

    await world.pool.q.execute(sql`update lanes set blocked = false`);
    await fillGap(meanwhile(sql`update lanes set version = 1`), found);
    expect(await lane(world)).toMatchObject({ version: 1, stuck: false });
  });

  test("is not stuck when the next version is parked while the mark waits for the lane", async () => {
    await using world = await sinkWorld();
    // Waits for a lock as long as a busy machine needs to see that it does.
    const patient = openPool({
      url: world.databaseUrl,
      connectionsMax: 3,
      name: "patient",
      lockTimeoutMs: 60_000,
      statementTimeoutMs: 60_000,
      idleInTransactionTimeoutMs: 60_000,
    });
    const { durable } = sinkConsumer;
    await world.pool.q.execute(
      sql`insert into lanes (consumer, key) values (${durable}, 'order/1')`,
    );
    const { store } = consumerOf({ ...world, pool: patient });

    const marking = await patient.transaction(async ({ q }) => {
      await q.execute(sql`select from lanes for update`);
      const marked = { when: store.markStuck("order/1", 0) };
      await eventually(async () => {
        const waiting = await world.pool.q.execute(sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
        expect(waiting).toHaveLength(1);
      });
      await q.execute(sql`
        insert into parked (consumer, key, version, event_id, stream, stream_sequence, subject,
          headers, payload, published_at)
        values (${durable}, 'order/1', 1, gen_random_uuid(), 'ORDERS', 1, '', '', '', now())`);
      await q.execute(sql`update lanes set waiting = 1`);
      return marked;
    });

    expect(await marking.when).toBe(false);
    expect(await lane(world)).toMatchObject({ version: 0, stuck: false });
    await patient.close(1_000);
  });

  test("waits for its first version when the durable was made anew and messages were lost with it", async () => {
    await using world = await sinkWorld();
    const jsm = await managed(world);
    await publish(world, [1, 2]);
    await jsm.consumers.delete(sinkConsumer.stream, sinkConsumer.durable);
    await jsm.streams.deleteMessage(sinkConsumer.stream, 1);
    await using _replica = world.start(soon);
    await eventually(async () =>
      expect(await lane(world)).toEqual({ version: 0, stuck: true, waiting: 1 }),
    );

    await publish(world, [1]);

    await eventually(async () =>
      expect(await world.handled()).toEqual([
        { key: "order/1", version: 1 },
        { key: "order/1", version: 2 },
      ]),
    );
  });

  test("fetches what it left in the stream once there is room again", async () => {
    await using world = await sinkWorld();
    await managed(world);
    const settings = { ...soon.settings, PARKED_PER_LANE_MAX: 4 };
    await using _replica = world.start({ settings });

    await publish(world, [2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await eventually(async () =>
      expect(await lane(world)).toEqual({ version: 0, stuck: true, waiting: 4 }),
    );
    await publish(world, [1]);

    await eventually(async () => expect(await world.handled()).toHaveLength(10));
    expect(await world.disorder()).toBe(0);
    await eventually(async () => {
      const left = await world.pool.q.execute(sql`select 1 from lanes where behind or waiting > 0`);
      expect(left).toHaveLength(0);
    });
  });

  test("stays behind when what it left could not be kept after all", async () => {
    await using world = await sinkWorld();
    await managed(world);
    {
      await using _replica = world.start({ settings: { PARKED_PER_LANE_MAX: 2 } });
      await publish(world, [2, 3, 4]);
      await eventually(async () => expect(await lane(world)).toMatchObject({ waiting: 2 }));
      await eventually(async () => expect(await behind(world)).toBe(true));
    }
    const options = consumerOf(world);
    const transaction = () => Promise.reject(new Error("the database went away"));
    const failing = { ...options, store: { ...options.store, transaction } };
    const found = await options.store.findLane("order/1");
    if (!found) throw new Error("there is no lane");

    await fillGap(failing, found);
    expect(await behind(world)).toBe(true);

    await fillGap(options, found);
    expect(await behind(world)).toBe(false);
  });

  test("is not called stuck while the stream has the version and only handling it failed", async () => {
    await using world = await sinkWorld();
    await managed(world);
    {
      await using _replica = world.start();
      await publish(world, [2]);
      await eventually(async () => expect(await lane(world)).toMatchObject({ waiting: 1 }));
    }
    await publish(world, [1]);
    const options = consumerOf(world);
    const transaction = () => Promise.reject(new Error("the database went away"));
    const failing = { ...options, store: { ...options.store, transaction } };
    const found = await options.store.findLane("order/1");
    if (!found) throw new Error("there is no lane");

    await fillGap(failing, found);
    expect(await lane(world)).toEqual({ version: 0, stuck: false, waiting: 1 });

    await fillGap(options, found);
    expect(await lane(world)).toEqual({ version: 1, stuck: false, waiting: 1 });
  });

  test("is filled also when the version lies behind more later ones than are fetched at once", async () => {
    await using world = await sinkWorld();
    await managed(world);
    {
      await using _replica = world.start({ settings: { PARKED_PER_LANE_MAX: 1 } });
      await publish(world, [2]);
      await eventually(async () => expect(await lane(world)).toMatchObject({ waiting: 1 }));
    }
    await publish(world, [3, 4, 1]);
    const plain = consumerOf(world);
    const options = { ...plain, rules: { ...plain.rules, parkedPerLaneMax: 1 } };
    const found = await options.store.findLane("order/1");
    if (!found) throw new Error("there is no lane");

    await fillGap(options, found);

    expect(await lane(world)).toMatchObject({ version: 1, stuck: false });
  });
});
