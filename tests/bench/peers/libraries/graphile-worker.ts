import { Logger, run, runMigrations, type Task } from "graphile-worker";
import { concurrency, type LibraryPeers, type Peer } from "../peer.ts";
import {
  countOf,
  insertEffectOnce,
  insertOrder,
  insertOrders,
  openPgPool,
} from "./business-rows.ts";

export const peers: LibraryPeers = {
  "graphile-worker": graphileWorker({ localQueue: false }),
  "graphile-worker, local queue": graphileWorker({ localQueue: true }),
};

/** What its performance page recommends for many short jobs. */
const documented = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};
const defaults = { concurrentJobs: concurrency, maxPoolSize: concurrency + 2 };

const addJob = `
  with placed as (${insertOrder} returning id)
  select graphile_worker.add_job('effect', json_build_object('order', id)) from placed`;
const addJobs = `
  with placed as (${insertOrders} returning id)
  select count(*) from graphile_worker.add_jobs((
    select array_agg(json_populate_record(null::graphile_worker.job_spec,
      json_build_object('identifier', 'effect', 'payload', json_build_object('order', id))))
    from placed))`;

const logger = new Logger(() => (level, message) => {
  if (level === "error") console.error("graphile-worker:", message);
});

/**
 * graphile-worker, told of its jobs by its own SQL functions in the statement that writes the row,
 * which saves it round trips. It runs jobs at least once, so the effect is stored unless it is there.
 * `localQueue` fetches and completes jobs in batches; the effects are still stored one by one.
 */
function graphileWorker({ localQueue }: { readonly localQueue: boolean }): Peer {
  return {
    prepare: ({ databaseUrl }) =>
      runMigrations({ preset: { worker: { connectionString: databaseUrl, logger } } }),
    async open({ databaseUrl }) {
      const pool = openPgPool(databaseUrl);
      const stop: (() => Promise<void>)[] = [];
      return {
        async accept(order) {
          await pool.query({ name: "add job", text: addJob, values: [order] });
        },
        async acceptMany(orders) {
          await pool.query({ name: "add jobs", text: addJobs, values: [orders] });
        },
        async deliver() {
          const worker = localQueue ? documented : defaults;
          const runner = await run({
            preset: { worker: { ...worker, connectionString: databaseUrl, logger } },
            taskList: { effect: storeEffect },
            parsedCronItems: [],
            noHandleSignals: true,
          });
          stop.push(() => runner.stop());
        },
        waiting: () => countOf(pool, "select count(*) from graphile_worker.jobs"),
        async [Symbol.asyncDispose]() {
          for (const each of stop) await each();
          await pool.end();
        },
      };
    },
  };
}

const storeEffect: Task<"effect"> = async ({ order }, { withPgClient }) => {
  await withPgClient((client) =>
    client.query({ name: "effect", text: insertEffectOnce, values: [order] }),
  );
};

declare global {
  namespace GraphileWorker {
    interface Tasks {
      effect: { readonly order: number };
    }
  }
}
