import type { Pool } from "pg";
import {
  createReplicationSemaphoreConcurrencyController,
  DatabaseSetup,
  type GeneralMessageHandler,
  getDisabledLogger,
  initializeMessageStorage,
  initializePollingMessageListener,
  initializeReplicationMessageListener,
  type ReplicationConcurrencyController,
} from "pg-transactional-outbox";
import { batchSize, concurrency, type LibraryPeers, type OpenPeer, type Peer } from "../peer.ts";
import {
  countOf,
  insertEffect,
  insertOrder,
  insertOrders,
  inTransaction,
  openPgPool,
} from "./business-rows.ts";

export const peers: LibraryPeers = {
  "pg-transactional-outbox": pgTransactionalOutbox({ listener: "replication" }),
  "pg-transactional-outbox, polling": pgTransactionalOutbox({ listener: "polling" }),
};

/** As short as makes sense: each poll is a statement over the table. */
const pollingMs = 10;
const nextMessages = "next_outbox_messages";
/** Of each message, until it can be read. */
const looksMax = 1_000;
/** A message of a long backlog waits for its turn, and that counts as its time. */
const messageTimeoutMs = 300_000;

const logger = {
  ...getDisabledLogger(),
  error: (...what: unknown[]) => console.error("pg-transactional-outbox:", ...what),
};

/**
 * pg-transactional-outbox. Its handler runs in the transaction that marks the message as processed,
 * so the effect is stored there, without a broker between: one hop, its shortest way. It listens to
 * the write-ahead log, or polls. Its protections against poisonous messages, which cost another
 * transaction each, are off, as they are for an outbox by default.
 */
function pgTransactionalOutbox({
  listener,
}: {
  readonly listener: "replication" | "polling";
}): Peer {
  return {
    async prepare({ databaseUrl }) {
      const pool = openPgPool(databaseUrl, 1);
      for (const statement of setUp(databaseUrl, listener)) await pool.query(statement);
      await pool.end();
    },
    open: async ({ databaseUrl }) => opened(openPgPool(databaseUrl), databaseUrl, listener),
  };
}

function setUp(databaseUrl: string, listener: "replication" | "polling"): readonly string[] {
  const { username, database } = partsOf(databaseUrl);
  const setup = {
    ...{ outboxOrInbox: "outbox" as const, database, schema: "public", table: "peer_outbox" },
    ...{ listenerRole: username, handlerRole: username, nextMessagesName: nextMessages },
    ...slotOf(databaseUrl),
  };
  const table = DatabaseSetup.dropAndCreateTable(setup);
  if (listener === "polling")
    return [
      table,
      DatabaseSetup.createPollingFunction(setup),
      DatabaseSetup.setupPollingIndexes(setup),
    ];
  return [
    table,
    DatabaseSetup.setupReplicationCore(setup),
    // Not the library's two statements: made in the same transaction as the look, a slot is refused.
    `select pg_create_logical_replication_slot('${setup.replicationSlot}', 'pgoutput')`,
  ];
}

function opened(pool: Pool, databaseUrl: string, listener: "replication" | "polling"): OpenPeer {
  const config = configOf(databaseUrl);
  const store = initializeMessageStorage(config, logger);
  const stop: (() => Promise<void>)[] = [];
  return {
    accept: (order) =>
      inTransaction(pool, async (client) => {
        await client.query({ name: "order", text: insertOrder, values: [order] });
        await store(messageOf(order), client);
      }),
    acceptMany: (orders) =>
      inTransaction(pool, async (client) => {
        await client.query({ name: "orders", text: insertOrders, values: [orders] });
        for (const order of orders) await store(messageOf(order), client);
      }),
    async deliver() {
      const [shutdown] =
        listener === "polling"
          ? initializePollingMessageListener(config, storeEffect, logger)
          : initializeReplicationMessageListener(config, storeEffect, logger, {
              concurrencyStrategy: oncePublished(pool),
            });
      stop.push(shutdown);
    },
    waiting: () => countOf(pool, "select count(*) from peer_outbox where processed_at is null"),
    async [Symbol.asyncDispose]() {
      for (const each of stop) await each();
      await pool.end();
    },
  };
}

/**
 * So many at once, each when it can be read. Logical replication may tell of a commit before others
 * see it, and this version takes a message that it does not find for handled: it would be lost.
 * Later versions look again by themselves.
 */
function oncePublished(pool: Pool): ReplicationConcurrencyController {
  const atOnce = createReplicationSemaphoreConcurrencyController(concurrency);
  return {
    async acquire(message) {
      const release = await atOnce.acquire(message);
      for (let looks = 1; !(await isPublished(pool, message.id)); looks += 1)
        if (looks === looksMax) throw new Error(`message ${message.id} does not appear`);
      return release;
    },
    cancel: () => atOnce.cancel(),
  };
}

async function isPublished(pool: Pool, id: string): Promise<boolean> {
  const text = "select from peer_outbox where id = $1";
  const { rowCount } = await pool.query({ name: "look", text, values: [id] });
  return rowCount === 1;
}

function configOf(databaseUrl: string) {
  const { publication, replicationSlot } = slotOf(databaseUrl);
  const connection = { connectionString: databaseUrl, max: concurrency };
  return {
    outboxOrInbox: "outbox" as const,
    dbHandlerConfig: connection,
    dbListenerConfig: connection,
    settings: {
      dbSchema: "public",
      dbTable: "peer_outbox",
      dbPublication: publication,
      dbReplicationSlot: replicationSlot,
      enableMaxAttemptsProtection: false,
      enablePoisonousMessageProtection: false,
      messageProcessingTimeoutInMs: messageTimeoutMs,
      nextMessagesFunctionName: nextMessages,
      nextMessagesBatchSize: batchSize,
      nextMessagesPollingIntervalInMs: pollingMs,
    },
  };
}

/** Slots are the server's, so each database has one of its own. */
function slotOf(databaseUrl: string) {
  const { database } = partsOf(databaseUrl);
  return { publication: "peer_outbox", replicationSlot: `${database}_slot` };
}

function partsOf(databaseUrl: string) {
  const { username, pathname } = new URL(databaseUrl);
  return { username, database: pathname.slice(1) };
}

function messageOf(order: number) {
  return {
    id: crypto.randomUUID(),
    aggregateType: "order",
    aggregateId: String(order),
    messageType: "order_created",
    concurrency: "parallel" as const,
    payload: { order },
  };
}

const storeEffect: GeneralMessageHandler = {
  async handle({ aggregateId }, client) {
    await client.query({ name: "effect", text: insertEffect, values: [aggregateId] });
  },
};
