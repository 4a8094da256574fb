import { Queue, Worker } from "bullmq";
import type { LibraryPeers, Peer } from "../peer.ts";
import { insertEffectOnce, insertOrder, insertOrders, openPgPool } from "./business-rows.ts";

const queueName = "effects";
/** What its guide on concurrency starts from. */
const jobsAtOnce = 50;
const job = { removeOnComplete: true, attempts: 3 };

/**
 * BullMQ on Redis, which writes every command to disk before it answers. The row is in Postgres and
 * the job in Redis: two writes, of which the second may never come. Jobs run at least once, so the
 * effect is stored unless it is there. Batches are for those who pay; jobs run one by one.
 */
const bullmq: Peer = {
  async prepare() {
    // Redis has nothing to prepare.
  },
  async open({ databaseUrl, redisUrl }) {
    if (redisUrl === undefined) throw new Error("BullMQ needs a Redis");
    const connection = { url: redisUrl, maxRetriesPerRequest: null };
    const pool = openPgPool(databaseUrl);
    const queue = new Queue(queueName, { connection, defaultJobOptions: job });
    await queue.waitUntilReady();
    const workers: Worker[] = [];
    return {
      async accept(order) {
        await pool.query({ name: "order", text: insertOrder, values: [order] });
        await queue.add("effect", { order });
      },
      async acceptMany(orders) {
        await pool.query({ name: "orders", text: insertOrders, values: [orders] });
        await queue.addBulk(orders.map((order) => ({ name: "effect", data: { order } })));
      },
      async deliver() {
        const worker = new Worker(
          queueName,
          async ({ data }: { readonly data: { readonly order: number } }) => {
            await pool.query({ name: "effect", text: insertEffectOnce, values: [data.order] });
          },
          { connection, concurrency: jobsAtOnce },
        );
        worker.on("error", (error) => console.error("bullmq:", error));
        workers.push(worker);
        await worker.waitUntilReady();
      },
      async waiting() {
        const counts = await queue.getJobCounts("waiting", "active", "delayed", "prioritized");
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      },
      async [Symbol.asyncDispose]() {
        for (const worker of workers) await worker.close();
        await queue.close();
        await pool.end();
      },
    };
  },
};

export const peers: LibraryPeers = { BullMQ: bullmq };
