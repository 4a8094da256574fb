import { and, asc, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { cursorAt, invalidCursor, placeOf } from "../cursor.ts";
import { Refusal } from "../errors.ts";
import type { Database } from "../postgres.ts";
import { appendToAudit } from "./audit.ts";
import type { RedriveRunDetailView, RedriveRunsView, RedriveRunView } from "./ops-repair-views.ts";
import { readId } from "./ops-requests.ts";
import type { RedriveRun } from "./redrive-runs.ts";
import {
  deadLetters,
  redriveRunLetters as letters,
  type RedriveRunState,
  redriveRuns as runs,
} from "./tables.ts";

export interface RunFilter {
  readonly consumer?: string | undefined;
  readonly state?: RedriveRunState | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Letters of a run that did not go through are shown up to this many; the counts are exact. */
const troubledMax = 100;

/** One page of redrive runs, newest first. */
export async function listRuns(
  { q }: Database,
  { consumer, state, cursor, limit }: RunFilter,
): Promise<RedriveRunsView> {
  const rows = await q
    .select()
    .from(runs)
    .where(
      and(
        consumer === undefined ? undefined : eq(runs.consumer, consumer),
        state === undefined ? undefined : eq(runs.state, state),
        cursor === undefined ? undefined : lt(runs.id, idIn(cursor)),
      ),
    )
    .orderBy(desc(runs.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { runs: page.map(runView), nextCursor: last ? cursorAt(String(last.id)) : null };
}

/** One run with the letters that did not go through. */
export async function showRun({ q }: Database, id: number): Promise<RedriveRunDetailView> {
  const [run] = await q.select().from(runs).where(eq(runs.id, id));
  if (!run) throw unknownRun();
  const troubled = await q
    .select({
      letterId: letters.letterId,
      key: deadLetters.key,
      version: deadLetters.version,
      state: sql<"failed" | "skipped">`${letters.state}`,
      error: sql<string>`coalesce(${letters.error}, '')`,
    })
    .from(letters)
    .innerJoin(deadLetters, eq(deadLetters.id, letters.letterId))
    .where(and(eq(letters.runId, id), inArray(letters.state, ["failed", "skipped"])))
    .orderBy(asc(letters.position))
    .limit(troubledMax);
  return { ...runView(run), troubled };
}

const changes = {
  pause: { from: ["running"], to: "paused" },
  resume: { from: ["paused"], to: "running" },
  cancel: { from: ["running", "paused"], to: "cancelled" },
} as const satisfies Record<
  string,
  { readonly from: readonly RedriveRunState[]; readonly to: RedriveRunState }
>;

export type RunChange = keyof typeof changes;

/**
 * Pauses, resumes or cancels a run. The letter that is being tried at that moment is finished; what
 * was not tried stays dead.
 */
export async function changeRun(
  db: Database,
  id: number,
  { change, actor }: { readonly change: RunChange; readonly actor: string },
): Promise<RedriveRunView> {
  const { from, to } = changes[change];
  return db.transaction(async (tx) => {
    const [run] = await tx.q.select().from(runs).where(eq(runs.id, id)).for("update");
    if (!run) throw unknownRun();
    if (!from.some((state) => state === run.state)) {
      throw new Refusal("conflict", `run_${run.state}`, `run ${id} is ${run.state}`);
    }
    const finishedAt = to === "cancelled" ? sql`now()` : null;
    const [changed] = await tx.q
      .update(runs)
      .set({ state: to, finishedAt })
      .where(eq(runs.id, id))
      .returning();
    await appendToAudit(tx.q, {
      actor,
      action: `${change} redrive run`,
      target: `redrive-run/${id}`,
      detail: { from: run.state, done: run.done, failed: run.failed, total: run.total },
    });
    return runView(changed ?? run);
  });
}

export function runView({ createdAt, finishedAt, ...run }: RedriveRun): RedriveRunView {
  return {
    ...run,
    pending: run.total - run.done - run.failed - run.skipped,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

const unknownRun = () => new Refusal("not_found", "redrive_run_not_found", "not found");

function idIn(cursor: string): number {
  try {
    return readId(placeOf(cursor));
  } catch (cause) {
    throw invalidCursor({ cause });
  }
}
