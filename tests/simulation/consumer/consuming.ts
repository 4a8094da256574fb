import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { type Clock, systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import { type ConsumerOptions, consume } from "@app/platform/messaging/consumer.ts";
import { consumes } from "@app/platform/messaging/handler.ts";
import { payloadReader } from "@app/platform/messaging/incoming.ts";
import { workLanes } from "@app/platform/messaging/lane-worker.ts";
import { postgresInbox } from "@app/platform/messaging/postgres-inbox.ts";
import { defaultRetryPolicy } from "@app/platform/messaging/retry.ts";
import { wakeable } from "@app/platform/messaging/wake.ts";
import { openPool, type Transaction } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type SinkWorld, sinkConsumer } from "@app/platform/testing/sink.ts";
import { sql } from "drizzle-orm";
import { scriptedDurable } from "./scripted-durable.ts";

export const patient = { deadlineMs: 60_000 };

/** A test holds a batch for as long as it takes, which on a busy machine may be long. */
const limitMs = 60_000;

export interface ConsumingOptions {
  /** Runs in the handler before it writes, and is told the message. */
  readonly before?: (name: string) => unknown;
  readonly lockTimeoutMs?: number;
  readonly clock?: Clock;
}

/** A consumer in batches of two on a real database, its lane worker, and the durable that it consumes. */
export function consuming(
  world: SinkWorld,
  { before = () => undefined, lockTimeoutMs = limitMs, clock = systemClock }: ConsumingOptions,
) {
  const durable = scriptedDurable();
  const happened: string[] = [];
  const undone: unknown[] = [];
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
    name: "consuming",
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
  const options: ConsumerOptions<Transaction> = {
    ...sinkConsumer,
    order: "key",
    broker: durable.broker,
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
    rules: {
      service: "orders",
      consumer: sinkConsumer.durable,
      handlers: new Map([[handler.type, handler]]),
      payloads: payloadReader([OrderConfirmedSchema]),
      parkedPerLaneMax: 1_000,
      parkedMax: 100_000,
      handlerTimeoutMs: limitMs,
      clock: systemClock,
    },
    retry: { ...defaultRetryPolicy, baseMs: 5 },
    batchMax: 2,
    ackWaitMs: 30_000,
    clock,
    random: systemRandom,
    log: silentLog,
    unclean: new Set(),
    headsMayRun: () => wake.wake(),
  };
  const running: Promise<void>[] = [];
  return {
    durable,
    /** Which handlers began and ended, in order. */
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
export const secondWaits = (world: SinkWorld) =>
  eventually(async () => {
    const waiting = await world.pool.q.execute(sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    return waiting.length > 0;
  }, patient);

/** As long as whoever need not wait takes to come to its handler, and much longer. */
export async function manyRoundTrips(world: SinkWorld): Promise<void> {
  for (let trip = 0; trip < 30; trip++) await world.pool.q.execute(sql`select 1`);
}

export const handledOf = async (world: SinkWorld, key: string) =>
  (await world.handled()).filter((row) => row.key === `order/${key}`).map(({ version }) => version);
