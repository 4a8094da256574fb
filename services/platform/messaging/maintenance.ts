import { lt, type SQL, sql } from "drizzle-orm";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Pool } from "../postgres.ts";
import type { Broker } from "./broker.ts";
import { emptySentSlots } from "./sent-slots.ts";
import {
  attempts,
  deadLetters,
  idempotencyKeys,
  inbox,
  lanes,
  redriveRunLetters,
  redriveRuns,
} from "./tables.ts";
import type { StreamTopology } from "./topology.ts";

export interface MaintenanceOptions {
  readonly pool: Pool;
  readonly broker: Broker;
  readonly streams: readonly StreamTopology[];
  readonly outboxKeepMs: number;
  /** How long dead letters are kept after they were resolved, and redrive runs after their end. */
  readonly deadLettersKeepMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const everyMs = 60_000;
const dayMs = 86_400_000;
const idempotencyKeepMs = dayMs;
/** What one statement deletes, and for how long a table is deleted from in one round. */
const sliceMax = 5_000;
/** Each may have a hundred revisions of its payload, which go with it. */
const lettersSliceMax = 100;
const tableBudgetMs = 5_000;

/** How long a message's inbox row is kept: the broker may send it again for that long. */
export const inboxKeepMs = (outboxKeepMs: number) => outboxKeepMs + dayMs;

/** Removes what is no longer needed, in bounded steps. Runs on the leader. The audit is kept for ever. */
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
    inbox: () => deleteInSlices(options, signal, olderInbox(inboxKeepMs(outboxKeepMs))),
    "idempotency keys": () => deleteInSlices(options, signal, olderKeys),
    "redrive runs": async () => {
      // First their letters: a run may have fifty thousand, too many for one statement.
      await deleteInSlices(options, signal, lettersOfEndedRuns(options));
      await deleteInSlices(options, signal, endedRuns(options));
    },
    "dead letters": () => deleteInSlices(options, signal, resolvedLetters(options)),
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

/** Which rows one statement deletes: a select of so many `ctid`s at most. */
interface OldRows {
  readonly table: SQL;
  readonly old: SQL;
  /**
   * What must be so of a row also when somebody changes it meanwhile: older minor releases of
   * Postgres, such as 17.6, delete the new version of a row that was chosen by its `ctid`.
   */
  readonly still?: SQL;
  readonly max: number;
}

const isOlder = (column: Parameters<typeof lt>[0], keepMs: number) =>
  lt(column, sql`now() - make_interval(secs => ${keepMs / 1000}::float8)`);

const olderInbox = (keepMs: number): OldRows => ({
  table: sql`${inbox}`,
  old: sql`select ctid from ${inbox} where ${isOlder(inbox.handledAt, keepMs)} order by handled_at`,
  max: sliceMax,
});

const olderKeys: OldRows = {
  table: sql`${idempotencyKeys}`,
  old: sql`select ctid from ${idempotencyKeys}
    where ${isOlder(idempotencyKeys.createdAt, idempotencyKeepMs)} order by created_at`,
  max: sliceMax,
};

const lettersOfEndedRuns = ({ deadLettersKeepMs }: MaintenanceOptions): OldRows => ({
  table: sql`${redriveRunLetters}`,
  old: sql`select ${redriveRunLetters}.ctid from ${redriveRuns}
    join ${redriveRunLetters} on ${redriveRunLetters.runId} = ${redriveRuns.id}
    where ${isOlder(redriveRuns.finishedAt, deadLettersKeepMs)}`,
  max: sliceMax,
});

const endedRuns = ({ deadLettersKeepMs }: MaintenanceOptions): OldRows => ({
  table: sql`${redriveRuns}`,
  old: sql`select ctid from ${redriveRuns}
    where ${isOlder(redriveRuns.finishedAt, deadLettersKeepMs)} and not exists (
      select 1 from ${redriveRunLetters} where ${redriveRunLetters.runId} = ${redriveRuns.id})
    order by finished_at`,
  max: sliceMax,
});

/**
 * Letters that were handled or discarded, whose message needs them as a proof no more: its lane says
 * so, or its stream has forgotten it.
 */
function resolvedLetters({ streams, deadLettersKeepMs }: MaintenanceOptions): OldRows {
  const forgetful = streams.filter(({ maxAgeSeconds }) => maxAgeSeconds > 0);
  const names = sql.param(forgetful.map(({ name }) => name));
  const ages = sql.param(forgetful.map(({ maxAgeSeconds }) => maxAgeSeconds));
  const { id, consumer, key, version, stream, resolvedAt } = deadLetters;
  return {
    table: sql`${deadLetters}`,
    old: sql`select ${deadLetters}.ctid from ${deadLetters}
      where ${deadLetters.state} <> 'dead' and ${isOlder(resolvedAt, deadLettersKeepMs)}
        and (exists (
          select 1 from unnest(${names}::text[], ${ages}::float8[]) as forgetful (name, age)
          where name = ${stream} and ${resolvedAt} < now() - make_interval(secs => age)
        ) or exists (
          select 1 from ${lanes} where ${lanes.consumer} = ${consumer} and ${lanes.key} = ${key}
            and ${lanes.version} >= ${version}))
        and not exists (
          select 1 from ${redriveRunLetters} join ${redriveRuns}
            on ${redriveRuns.id} = ${redriveRunLetters.runId}
          where ${redriveRunLetters.letterId} = ${id} and ${redriveRuns.finishedAt} is null)
      order by ${resolvedAt}`,
    still: sql`${deadLetters.state} <> 'dead'`,
    max: lettersSliceMax,
  };
}

/** Deletes slice by slice until nothing old is left or the time of this round is used up. */
async function deleteInSlices(
  { pool, clock }: MaintenanceOptions,
  signal: AbortSignal,
  { table, old, still = sql`true`, max }: OldRows,
): Promise<void> {
  const untilMs = clock.monotonicMs() + tableBudgetMs;
  let deleted = max;
  while (deleted === max && clock.monotonicMs() < untilMs && !signal.aborted) {
    const { count } = await pool.q.execute(
      sql`delete from ${table} where ctid = any(array(${old} limit ${max})) and ${still}`,
    );
    deleted = count;
  }
}
