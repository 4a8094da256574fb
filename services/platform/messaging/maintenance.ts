import { lt, sql } from "drizzle-orm";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Pool } from "../postgres.ts";
import type { Broker } from "./broker.ts";
import { emptySentSlots } from "./sent-slots.ts";
import { attempts, idempotencyKeys, inbox, redriveRuns } from "./tables.ts";
import type { StreamTopology } from "./topology.ts";

export interface MaintenanceOptions {
  readonly pool: Pool;
  readonly broker: Broker;
  readonly streams: readonly StreamTopology[];
  readonly outboxKeepMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const everyMs = 60_000;
const dayMs = 86_400_000;
const idempotencyKeepMs = dayMs;
/** Redrive runs that ended, with what became of their letters. The audit keeps who ran them. */
const runsKeepMs = 30 * dayMs;
/** What one statement deletes, and for how long a table is deleted from in one round. */
const sliceMax = 5_000;
const tableBudgetMs = 5_000;

/** How long a message's inbox row is kept: the broker may send it again for that long. */
export const inboxKeepMs = (outboxKeepMs: number) => outboxKeepMs + dayMs;

/** Removes what is no longer needed, in bounded steps. Runs on the leader. */
export async function maintain(options: MaintenanceOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await maintainOnce(options, signal);
    await options.clock.sleep(everyMs, signal);
  }
}

/** One round of every chore. A chore that fails is logged and holds up no other. */
export async function maintainOnce(
  options: MaintenanceOptions,
  signal: AbortSignal,
): Promise<void> {
  const { broker, outboxKeepMs, log } = options;
  const chores: Readonly<Record<string, () => Promise<unknown>>> = {
    "sent messages": async () => broker.connected() && emptySentSlots(options),
    attempts: () => deleteSettledAttempts(options),
    inbox: () => deleteOlder(options, inbox, inbox.handledAt, inboxKeepMs(outboxKeepMs), signal),
    "idempotency keys": () =>
      deleteOlder(options, idempotencyKeys, idempotencyKeys.createdAt, idempotencyKeepMs, signal),
    "redrive runs": () =>
      deleteOlder(options, redriveRuns, redriveRuns.finishedAt, runsKeepMs, signal),
  };
  for (const [chore, run] of Object.entries(chores)) {
    if (signal.aborted) return;
    await run().catch((err: unknown) => log.error("maintenance failed", { chore, err }));
  }
}

/**
 * Deletes the marks and failures of messages that are done with. Whoever handles a message clears
 * them; but where it was delivered twice at once, the other one may note its own afterwards, and the
 * message never comes again.
 */
async function deleteSettledAttempts({ pool }: MaintenanceOptions): Promise<void> {
  await pool.q.execute(sql`
    delete from ${attempts} where ctid = any(array(
      select a.ctid from ${attempts} a
        join ${inbox} i on i.consumer = a.consumer and i.event_id = a.event_id
      limit ${sliceMax}))`);
}

/** Deletes slice by slice until nothing old is left or the time of this round is used up. */
async function deleteOlder(
  { pool, clock }: MaintenanceOptions,
  table: typeof inbox | typeof idempotencyKeys | typeof redriveRuns,
  column: typeof inbox.handledAt | typeof idempotencyKeys.createdAt | typeof redriveRuns.finishedAt,
  keepMs: number,
  signal: AbortSignal,
): Promise<void> {
  const old = lt(column, sql`now() - make_interval(secs => ${keepMs / 1000}::float8)`);
  const untilMs = clock.monotonicMs() + tableBudgetMs;
  let deleted = sliceMax;
  while (deleted === sliceMax && clock.monotonicMs() < untilMs && !signal.aborted) {
    const { count } = await pool.q.execute(sql`
      delete from ${table} where ctid = any(array(
        select ctid from ${table} where ${old} order by ${column} limit ${sliceMax}))`);
    deleted = count;
  }
}
