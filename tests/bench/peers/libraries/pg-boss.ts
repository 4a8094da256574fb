import { type Db, PgBoss } from "pg-boss";
import {
  batchSize,
  concurrency,
  type LibraryPeers,
  type OpenPeer,
  type Peer,
  type Way,
} from "../peer.ts";
import {
  countOf,
  insertEffect,
  insertEffects,
  insertOrder,
  insertOrders,
  inTransaction,
  openPgPool,
} from "./business-rows.ts";

const queue = "effects";
/** Those that batch keep the next batch ready while one is worked on. */
const batchesAtOnce = 2;
const pollingSeconds = 0.5;
/** Connections for fetching and housekeeping, beside those that handlers hold. */
const connectionsBeside = 4;

export const peers: LibraryPeers = {
  "pg-boss": pgBoss({ notify: false }),
  "pg-boss, notify": pgBoss({ notify: true }),
};

interface Payload {
  readonly order: number;
}

/**
 * pg-boss with transactional workers, so that effect and completion are one commit. `notify` wakes
 * workers by NOTIFY, in the transaction that states the job; without it they poll, as often as
 * pg-boss allows. In both they fetch on without a pause while there is a backlog.
 */
function pgBoss({ notify }: { readonly notify: boolean }): Peer {
  const started = async (databaseUrl: string) => {
    const boss = new PgBoss({
      connectionString: databaseUrl,
      max: concurrency + connectionsBeside,
      schedule: false,
      useListenNotify: notify,
      // The backlog is known by them: the sooner, the better for pg-boss.
      superviseIntervalSeconds: 1,
      monitorIntervalSeconds: 1,
      queueCacheIntervalSeconds: 1,
    });
    boss.on("error", (error) => console.error("pg-boss:", error));
    return boss.start();
  };
  return {
    async prepare({ databaseUrl }) {
      const boss = await started(databaseUrl);
      await boss.createQueue(queue, { notify });
      await boss.stop();
    },
    open: async ({ databaseUrl }) => opened(await started(databaseUrl), databaseUrl),
  };
}

function opened(boss: PgBoss, databaseUrl: string): OpenPeer {
  const pool = openPgPool(databaseUrl);
  return {
    accept: (order) =>
      inTransaction(pool, async (client) => {
        await client.query({ name: "order", text: insertOrder, values: [order] });
        await boss.send(queue, { order }, { db: through(client) });
      }),
    acceptMany: (orders) =>
      inTransaction(pool, async (client) => {
        await client.query({ name: "orders", text: insertOrders, values: [orders] });
        const jobs = orders.map((order) => ({ data: { order } }));
        await boss.insert(queue, jobs, { db: through(client) });
      }),
    deliver: (way) => work(boss, way),
    waiting: () =>
      countOf(
        pool,
        "select count(*) from pgboss.job where name = 'effects' and state < 'completed'",
      ),
    async [Symbol.asyncDispose]() {
      await boss.stop();
      await pool.end();
    },
  };
}

async function work(boss: PgBoss, way: Way): Promise<void> {
  const ways = {
    singly: { batchSize: 1, localConcurrency: concurrency, burstWhenReadyExceeds: 1 },
    batched: { batchSize, localConcurrency: batchesAtOnce, burstWhenBatchFull: true },
  };
  const options = {
    ...ways[way],
    pollingIntervalSeconds: pollingSeconds,
    notifyPollingIntervalSeconds: pollingSeconds,
    transactional: true as const,
  };
  await boss.work<Payload, void, typeof options>(queue, options, async (jobs, tx) => {
    const [first, ...others] = jobs.map(({ data }) => data.order);
    if (others.length === 0) await tx.executeSql(insertEffect, [first]);
    else await tx.executeSql(insertEffects, [[first, ...others]]);
  });
}

/** Lets pg-boss write in a transaction of ours. */
function through(client: {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}): Db {
  return { executeSql: (text, values) => client.query(text, values) };
}
