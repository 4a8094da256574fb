import { sql } from "drizzle-orm";
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { Database, Transaction } from "../postgres.ts";
import { isStatementTimeout } from "./database-faults.ts";
import type { Invariant, Look } from "./invariant.ts";
import { invariantsChecked } from "./reconcile-tables.ts";

/** What a look at one invariant found; `problem` says why it could not be looked at. */
export interface Verdict {
  readonly name: string;
  readonly sentence: string;
  readonly look: Look;
  readonly problem: string | null;
}

export interface VerifyOptions {
  readonly db: Database;
  readonly invariants: readonly Invariant[];
  readonly sentKeepMs: number;
}

/** Rows in one slice, the breaches that are told of it, and how long a look at it may take. */
const rowsMax = 20_000;
export const breachesMax = 1_000;
const statementTimeout = "8s";

/** Looks at one slice of one invariant, in one snapshot. What Postgres cannot do in time is no verdict. */
export async function verifyOne(
  { db, invariants, sentKeepMs }: VerifyOptions,
  name: string,
  cursor?: string,
): Promise<Verdict> {
  const invariant = invariants.find((known) => known.name === name);
  if (!invariant) {
    const text = `unknown invariant, there is ${invariants.map((known) => known.name).join(", ")}`;
    throw new Refusal("invalid", "invalid_invariant", text);
  }
  const { sentence } = invariant;
  const slice = { cursor, rowsMax, breachesMax, sentKeepMs };
  try {
    const look = await inSnapshot(db, (tx) => invariant.look(tx, slice));
    return { name, sentence, look, problem: null };
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    const problem = `the look took longer than ${statementTimeout}`;
    return { name, sentence, look: { checked: 0, breaches: [] }, problem };
  }
}

/**
 * The first slice of every invariant, one after another: a check must not crowd out the work. Those
 * that are not begun within `budgetMs` are left out, with that as their problem.
 */
export async function verifyAll(
  invariants: readonly Invariant[],
  verify: (name: string) => Promise<Verdict>,
  { clock, budgetMs }: { readonly clock: Clock; readonly budgetMs: number },
): Promise<readonly Verdict[]> {
  const untilMs = clock.monotonicMs() + budgetMs;
  const verdicts: Verdict[] = [];
  for (const { name, sentence } of invariants) {
    const look = { checked: 0, breaches: [] };
    const late = { name, sentence, look, problem: "there was no time left: ask for it by name" };
    verdicts.push(clock.monotonicMs() < untilMs ? await verify(name) : late);
  }
  return verdicts;
}

/**
 * What of the broken is so at a later look, too. Postgres tells of its sessions as they are at the moment, not as
 * they were in a snapshot, so one that is just replaced counts twice: nobody is called for that.
 */
export async function stillBroken(
  verdicts: readonly Verdict[],
  verify: (name: string) => Promise<Verdict>,
): Promise<readonly Verdict[]> {
  const sure: Verdict[] = [];
  for (const first of verdicts) {
    const isBroken = first.look.breaches.length > 0;
    sure.push(isBroken ? inBoth(first, await verify(first.name)) : first);
  }
  return sure;
}

function inBoth(first: Verdict, later: Verdict): Verdict {
  // Of more than are told nobody knows which got better.
  const areAllTold = [first, later].every(({ look }) => look.breaches.length < breachesMax);
  if (later.problem !== null || !areAllTold) return later;
  const before = new Set(first.look.breaches.map(({ about }) => about));
  const breaches = later.look.breaches.filter(({ about }) => before.has(about));
  return { ...later, look: { ...later.look, breaches } };
}

/** Reads, and nothing else, what was committed at one moment. */
export function inSnapshot<T>(db: Database, read: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.q.execute(sql`set transaction isolation level repeatable read, read only`);
    await tx.q.execute(sql`select set_config('statement_timeout', ${statementTimeout}, true)`);
    return read(tx);
  });
}

/** Keeps what was found, for every replica's metrics. */
export async function keepVerdicts(db: Database, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await db.q
    .insert(invariantsChecked)
    .values(
      verdicts.map(({ name, look, problem }) => ({
        name,
        breaches: look.breaches.length,
        problem,
        at: sql`now()`,
      })),
    )
    .onConflictDoUpdate({
      target: invariantsChecked.name,
      set: {
        breaches: sql`excluded.breaches`,
        problem: sql`excluded.problem`,
        at: sql`now()`,
      },
    });
}
