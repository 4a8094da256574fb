import { and, eq, sql } from "drizzle-orm";
import type { Clock } from "../clock.ts";
import type { Database } from "../postgres.ts";
import { type Trial, tryRedrive } from "./dry-run.ts";
import type { StoredDeadLetter } from "./inbox.ts";
import { readHeaders } from "./incoming.ts";
import { inRunOrder, isSelected, type LetterSelection } from "./letter-selection.ts";
import { inTurn, type OneAtATime } from "./one-at-a-time.ts";
import type { DryRunView } from "./ops-repair-views.ts";
import type { RedriveOptions } from "./redrive.ts";
import { deadLetters, lanes } from "./tables.ts";

/** A request is answered within its deadline: the rest of a large selection is only counted. */
const lettersMax = 200;
const defaultBudgetMs = 5_000;

export interface DryRunOptions<S> extends RedriveOptions<S> {
  readonly db: Database;
  readonly consumer: string;
  /** Lets a handler run while no other does that may end the process. */
  readonly suspects: OneAtATime;
  readonly clock: Clock;
  /** No handler is begun later than so long after the beginning. */
  readonly budgetMs?: number;
}

type LetterView = DryRunView["letters"][number];

/**
 * Says of each selected letter, in the order of a run, whether its redrive would succeed now and, if
 * not, why: read by the contracts as they are, its turn, and its handler in a transaction that is
 * rolled back. Nothing is changed. Looks at the first 200, and for five seconds: letters whose time
 * did not come are still read, but not tried.
 */
export async function dryRun<S>(
  options: DryRunOptions<S>,
  selection: LetterSelection,
): Promise<DryRunView> {
  const { db, consumer, clock, budgetMs = defaultBudgetMs } = options;
  const where = isSelected(consumer, selection);
  const selected = await db.q.$count(deadLetters, where);
  const rows = await db.q
    .select()
    .from(deadLetters)
    .where(where)
    .orderBy(inRunOrder)
    .limit(lettersMax);

  const untilMs = clock.monotonicMs() + budgetMs;
  const letters: LetterView[] = [];
  for (const row of rows) {
    const letter = { ...row, sequence: row.streamSequence };
    const trial = await tryInTurn(options, letter, untilMs);
    letters.push({
      id: row.id,
      key: row.key,
      version: row.version,
      type: readHeaders(letter).type,
      verdict: trial.verdict,
      error: errorOf(trial),
      ...(await laneOf(db, row)),
    });
  }
  const having = (verdict: Trial["verdict"]) =>
    letters.filter((letter) => letter.verdict === verdict).length;
  return {
    consumer,
    selected,
    lookedAt: letters.length,
    notTried: having("not_tried"),
    wouldSucceed: having("would_succeed"),
    wouldFail: having("would_fail"),
    letters,
  };
}

/** Tries a letter when its turn comes, unless that is too late. Never waits for longer. */
async function tryInTurn<S>(
  options: DryRunOptions<S>,
  letter: StoredDeadLetter,
  untilMs: number,
): Promise<Trial> {
  const { suspects, clock } = options;
  const stop = new AbortController();
  const state = { begun: false, late: untilMs <= clock.monotonicMs() };
  if (state.late) return tryRedrive(options, letter, { mayRun: false });

  const turn = inTurn(suspects, async () => {
    if (state.late) return undefined;
    state.begun = true;
    return tryRedrive(options, letter, { mayRun: true });
  });
  const limit = clock.sleep(untilMs - clock.monotonicMs(), stop.signal).then(() => {
    state.late = !state.begun;
    // Its handler has a limit of its own.
    return state.begun ? turn : undefined;
  });
  try {
    const trial = await Promise.race([turn, limit]);
    return trial ?? (await tryRedrive(options, letter, { mayRun: false }));
  } finally {
    stop.abort();
  }
}

const errorOf = (trial: Trial) => ("error" in trial ? trial.error : null);

/** What waits behind a letter, and which other letter it has to wait for. */
async function laneOf(
  { q }: Database,
  { id, consumer, key }: Pick<typeof deadLetters.$inferSelect, "id" | "consumer" | "key">,
): Promise<Pick<LetterView, "waiting" | "blockedBy">> {
  if (key === null) return { waiting: 0, blockedBy: null };
  // Written apart: in the columns of a select Drizzle leaves out the tables' names.
  const blocking = sql`select d.id from ${deadLetters} d
    where d.consumer = ${consumer} and d.key = ${key} and d.state = 'dead'
      and d.version = ${lanes.version} + 1 and d.id <> ${id}`;
  const [lane] = await q
    .select({ waiting: lanes.waiting, blockedBy: sql<string | null>`(${blocking})` })
    .from(lanes)
    .where(and(eq(lanes.consumer, consumer), eq(lanes.key, key)));
  const blockedBy = lane?.blockedBy ?? null;
  return {
    waiting: lane?.waiting ?? 0,
    blockedBy: blockedBy === null ? null : Number(blockedBy),
  };
}
