import {
  type OrderConfirmed,
  OrderConfirmedSchema,
} from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { streams } from "@app/contracts/topology.ts";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { consumes, type MessageContext } from "../messaging/handler.ts";
import { type JetStreamBroker, openJetStream } from "../messaging/jetstream-broker.ts";
import { composeMessage } from "../messaging/message.ts";
import { type Messaging, type MessagingOptions, startMessaging } from "../messaging/messaging.ts";
import { appendToOutbox } from "../messaging/outbox.ts";
import { openPool, type Pool, type Transaction } from "../postgres.ts";
import { systemRandom } from "../random.ts";
import { temporaryDatabase } from "./database.ts";
import { type TemporaryBroker, temporaryBroker } from "./nats.ts";

/** What a handler of the sink does besides writing its row. */
export type Behaviour = (message: OrderConfirmed, context: MessageContext) => void | Promise<void>;

/**
 * One database and one broker in which a message sent is a row in `sink` once it was handled:
 * rows in order of handling, so that order and doubling can be read from it.
 */
export interface SinkWorld extends AsyncDisposable {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly nats: TemporaryBroker;
  /** The test's own connection. */
  readonly broker: JetStreamBroker;
  /** Starts one replica of the core on this world. */
  start(options?: ReplicaOptions): Replica;
  /** Commits one message a version for a key, in one transaction each. */
  send(key: string, versions: readonly number[]): Promise<void>;
  /** How many messages are not sent yet. */
  pending(): Promise<number>;
  /** The letters that wait for a person. */
  deadLetterIds(): Promise<readonly number[]>;
  /** How many messages were handled, of those keys whose name matches a `like` pattern. */
  handledCount(keys?: string): Promise<number>;
  /** What was handled, in order. */
  handled(): Promise<readonly { key: string; version: number }[]>;
  /** Rows in which a key's version does not follow the one before. */
  disorder(): Promise<number>;
}

export interface ReplicaOptions {
  readonly behaviour?: Behaviour;
  readonly settings?: Partial<MessagingOptions<Transaction>["settings"]>;
  readonly ackWaitSeconds?: number;
  readonly log?: MessagingOptions<Transaction>["log"];
}

export interface Replica extends AsyncDisposable {
  readonly messaging: Messaging;
  readonly broker: JetStreamBroker;
  readonly pool: Pool;
}

export const sinkConsumer = { stream: "ORDERS", durable: "inventory-service" } as const;

export async function sinkWorld(): Promise<SinkWorld> {
  const [database, nats] = await Promise.all([temporaryDatabase("orders"), temporaryBroker()]);
  const pool = openPool({ url: database.url, connectionsMax: 4, name: "sink world" });
  await pool.q.execute(sql`create table sink (
    seq bigint generated always as identity, key text not null, version int not null)`);

  const broker = openJetStream({ servers: [nats.url], name: "sink world", clock: systemClock });

  return {
    pool,
    databaseUrl: database.url,
    nats,
    broker,
    start: (options = {}) =>
      startReplica({ databaseUrl: database.url, natsUrl: nats.url }, options),
    async send(key, versions) {
      for (const version of versions) await pool.transaction((tx) => sendOne(tx, key, version));
    },
    async pending() {
      const [row] = await pool.q.execute<{ count: string }>(sql`select count(*) from outbox`);
      return Number(row?.count);
    },
    async deadLetterIds() {
      const rows = await pool.q.execute<{ id: string }>(
        sql`select id from dead_letters where state = 'dead' order by id`,
      );
      return rows.map(({ id }) => Number(id));
    },
    async handledCount(keys = "%") {
      const [row] = await pool.q.execute<{ count: string }>(
        sql`select count(*) from sink where key like ${keys}`,
      );
      return Number(row?.count);
    },
    async handled() {
      const rows = await pool.q.execute<{ key: string; version: number }>(
        sql`select key, version from sink order by seq`,
      );
      return rows.map(({ key, version }) => ({ key, version }));
    },
    async disorder() {
      const [row] = await pool.q.execute<{ count: string }>(sql`
        select count(*) from (select version,
          coalesce(lag(version) over (partition by key order by seq), 0) as before from sink) v
        where version <> before + 1`);
      return Number(row?.count);
    },
    async [Symbol.asyncDispose]() {
      await broker.close();
      await pool.close(1_000);
      await nats[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Appends the message of one version of a key. */
export async function sendOne(tx: Transaction, key: string, version: number): Promise<void> {
  await appendToOutbox(tx, [messageOf(key, version)]);
}

export function messageOf(key: string, version: number) {
  return composeMessage(
    {
      schema: OrderConfirmedSchema,
      aggregate: "order",
      id: key,
      version,
      time: new Date(),
      body: { orderId: BigInt(version), reason: "" },
    },
    { next: () => systemRandom.uuidV7() },
  );
}

/** One replica: its own pool, connection and loops. */
export function startReplica(
  { databaseUrl, natsUrl }: { readonly databaseUrl: string; readonly natsUrl: string },
  { behaviour, settings, ackWaitSeconds = 2, log = silentLog }: ReplicaOptions = {},
): Replica {
  const pool = openPool({
    url: databaseUrl,
    connectionsMax: 6,
    name: "sink replica",
    wholeScans: false,
  });
  const broker = openJetStream({
    servers: [natsUrl],
    name: "sink",
    clock: systemClock,
    timeoutMs: 2_000,
  });
  const messaging = startMessaging<Transaction>({
    service: "orders",
    pool,
    broker,
    contracts: [OrderConfirmedSchema],
    topology: streams.map((stream) => ({
      ...stream,
      durables: stream.durables.map((durable) => ({ ...durable, ackWaitSeconds })),
    })),
    settings: {
      DATABASE_URL: databaseUrl,
      DATABASE_MIGRATE_URL: undefined,
      DATABASE_CONNECTIONS_MAX: 6,
      NATS_URL: [natsUrl],
      STREAM_REPLICAS: 1,
      TOPOLOGY: "apply",
      OUTBOX_KEEP: 172_800_000,
      DEAD_LETTERS_KEEP: 7_776_000_000,
      ATTEMPTS_MAX: 5,
      RETRY_BASE: 10,
      PARKED_PER_LANE_MAX: 1_000,
      PARKED_MAX: 100_000,
      LANE_GAP_AFTER: 30_000,
      RECONCILE_EVERY: 10_000,
      HANDLER_TIMEOUT: 4_000,
      ...settings,
    },
    consumers: [
      {
        ...sinkConsumer,
        order: "key",
        unit: (tx) => ({ stores: tx, lock: async () => undefined }),
        handlers: [
          consumes(OrderConfirmedSchema, {
            handle: async (tx: Transaction, message, context) => {
              await behaviour?.(message, context);
              await tx.q.execute(
                sql`insert into sink (key, version) values (${context.key}, ${context.version})`,
              );
            },
          }),
        ],
      },
    ],
    clock: systemClock,
    random: systemRandom,
    log,
  });

  return {
    messaging,
    broker,
    pool,
    async [Symbol.asyncDispose]() {
      await messaging[Symbol.asyncDispose]();
      await broker.close();
      await pool.close(1_000);
    },
  };
}
