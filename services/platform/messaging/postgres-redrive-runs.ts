import { and, asc, eq, sql } from "drizzle-orm";
import { Refusal } from "../errors.ts";
import type { Database, Transaction } from "../postgres.ts";
import { appendToAudit } from "./audit.ts";
import { isSelected, type LetterSelection, placeOfKey } from "./letter-selection.ts";
import {
  type ClaimedLetter,
  type LetterEnd,
  type RedriveRun,
  type RedriveRunStore,
  type RunOrder,
  runLimits,
} from "./redrive-runs.ts";
import { deadLetters, redriveRunLetters as letters, redriveRuns as runs } from "./tables.ts";

/** A consumer's redrive runs in its service's database. */
export function postgresRedriveRuns(db: Database, consumer: string): RedriveRunStore {
  return {
    create: (order) => db.transaction((tx) => create(tx, consumer, order)),

    async running() {
      const [run] = await db.q
        .select()
        .from(runs)
        .where(and(eq(runs.consumer, consumer), eq(runs.state, "running")));
      return run;
    },

    claim: (runId) =>
      db.transaction(async (tx) => {
        const [run] = await tx.q
          .select({ id: runs.id })
          .from(runs)
          .where(and(eq(runs.id, runId), eq(runs.state, "running")))
          .for("update");
        return run && claimNext(tx, runId);
      }),

    async release({ runId, position, abandoned }) {
      await db.q
        .update(letters)
        .set({ startedAt: null })
        .where(stillClaimed({ runId, position, abandoned }));
    },

    settle: (claimed, end) => db.transaction((tx) => settle(tx, claimed, end)),
  };
}

/** Whoever finds a run open that is over a moment later looks again, up to so often. */
const looksMax = 3;

async function create(tx: Transaction, consumer: string, order: RunOrder): Promise<RedriveRun> {
  const { selection, canary, perSecond, actor } = order;
  const made = await open(tx, consumer, order);

  const chosen = await tx.q.execute(sql`
    insert into ${letters} (run_id, position, letter_id)
    select ${made.id}, row_number() over (order by place, version, id), id
    from (
      select id, version, ${placeOfKey} as place from ${deadLetters}
      where ${isSelected(consumer, selection)} limit ${runLimits.letters + 1}
    ) selected`);
  const total = chosen.count;
  requireChosen(total, selection);

  const [run] = await tx.q.update(runs).set({ total }).where(eq(runs.id, made.id)).returning();
  if (!run) throw new Error("a run was gone as it was made");
  await appendToAudit(tx.q, {
    actor,
    action: "start redrive run",
    target: `redrive-run/${run.id}`,
    detail: { consumer, total, canary, perSecond, selection: JSON.stringify(selection) },
  });
  return run;
}

async function open(
  { q }: Transaction,
  consumer: string,
  { selection, canary, perSecond, actor }: RunOrder,
): Promise<{ readonly id: number }> {
  for (let look = 1; look <= looksMax; look++) {
    const [made] = await q
      .insert(runs)
      .values({ consumer, selection: { ...selection }, canary, perSecond, actor })
      .onConflictDoNothing()
      .returning({ id: runs.id });
    if (made) return made;

    const [other] = await q
      .select({ id: runs.id, state: runs.state })
      .from(runs)
      .where(and(eq(runs.consumer, consumer), sql`${runs.state} in ('running', 'paused')`));
    if (!other) continue;
    const text = `run ${other.id} of ${consumer} is ${other.state}: wait for it or cancel it`;
    throw new Refusal("conflict", "run_open", text, { details: { runId: other.id } });
  }
  const text = `runs of ${consumer} begin and end all the time: try again`;
  throw new Refusal("conflict", "run_open", text);
}

function requireChosen(total: number, selection: LetterSelection): void {
  if (total === 0) throw new Refusal("conflict", "nothing_selected", "no open dead letter fits");
  if (total > runLimits.letters) {
    const text = `more than ${runLimits.letters} letters fit: narrow the selection`;
    throw new Refusal("conflict", "too_many_letters", text);
  }
  if (selection.kind !== "ids" || total === new Set(selection.ids).size) return;
  const text = "not all of these are open dead letters of this consumer: look at them again";
  throw new Refusal("conflict", "letters_not_open", text);
}

async function claimNext({ q }: Transaction, runId: number): Promise<ClaimedLetter | undefined> {
  const next = q
    .select({ position: letters.position })
    .from(letters)
    .where(and(eq(letters.runId, runId), eq(letters.state, "pending")))
    .orderBy(asc(letters.position))
    .limit(1);
  const [claimed] = await q
    .update(letters)
    .set({
      abandoned: sql`${letters.abandoned} + (${letters.startedAt} is not null)::int`,
      startedAt: sql`now()`,
    })
    .where(and(eq(letters.runId, runId), eq(letters.position, next)))
    .returning();
  if (claimed) return claimed;
  await q.update(runs).set({ state: "done", finishedAt: sql`now()` }).where(eq(runs.id, runId));
  return undefined;
}

const stillClaimed = ({ runId, position, abandoned }: Omit<ClaimedLetter, "letterId">) =>
  and(
    eq(letters.runId, runId),
    eq(letters.position, position),
    eq(letters.state, "pending"),
    eq(letters.abandoned, abandoned),
  );

async function settle({ q }: Transaction, claimed: ClaimedLetter, end: LetterEnd): Promise<void> {
  const { runId, letterId } = claimed;
  const [run] = await q.select().from(runs).where(eq(runs.id, runId)).for("update");
  const error = end.state === "done" ? null : end.error;
  const settled = await q
    .update(letters)
    .set({ state: end.state, error, endedAt: sql`now()` })
    .where(stillClaimed(claimed))
    .returning({ position: letters.position });
  if (!run || settled.length === 0) return;

  const tried = run.done + run.failed + 1;
  const stops = end.state === "failed" && tried <= run.canary && run.finishedAt === null;
  const problem = `letter ${letterId}, number ${tried} of a canary of ${run.canary}: ${error}`;
  await q
    .update(runs)
    .set({
      [end.state]: sql`${runs[end.state]} + 1`,
      ...(stops ? { state: "failed" as const, problem, finishedAt: sql`now()` } : {}),
    })
    .where(eq(runs.id, runId));
}
