import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import { Refusal } from "../errors.ts";
import type { Log } from "../log.ts";
import type { LeaderTask } from "./leader.ts";
import type { OneAtATime } from "./one-at-a-time.ts";
import { type RedriveOptions, redrive } from "./redrive.ts";
import type { ClaimedLetter, LetterEnd, RedriveRun, RedriveRunStore } from "./redrive-runs.ts";
import { abandonedMax, leftBehind, putOffMs } from "./retry.ts";
import type { Wake } from "./wake.ts";

export interface RunWorkerOptions<S> extends RedriveOptions<S> {
  readonly stream: string;
  readonly runs: RedriveRunStore;
  /** Shared with what else runs under a mark in this process. */
  readonly suspects: OneAtATime;
  /** Woken when a run was made or resumed. */
  readonly wake: Wake;
  readonly clock: Clock;
  readonly log: Log;
}

/** Without a hint. */
const pollMs = 2_000;
/** How long a leader that is not sure to lead waits before it is asked again. */
const unsureMs = 500;

/**
 * Works the redrive runs of one consumer, a letter at a time, on the leader alone. A crash leaves
 * one letter begun; whoever leads next begins it again, and its compare-and-set makes that harmless.
 * A letter whose try was begun `abandonedMax` times and never ended has ended its process: it fails
 * unrun, so that the run goes on.
 */
export function redriveRunTask<S>(options: RunWorkerOptions<S>): LeaderTask {
  const { stream, runs, wake, clock } = options;
  // A claim that could not be taken back while the database was away: no crash left it.
  const unclean = new Set<ClaimedLetter>();

  return {
    name: `redrives ${stream}`,
    async run({ signal, fresh }) {
      while (!signal.aborted) {
        for (const claimed of unclean) {
          await runs.release(claimed);
          unclean.delete(claimed);
        }
        const run = await runs.running();
        if (!run) await wake.next(pollMs, clock, signal);
        else if (fresh()) await workRun(options, run, { signal, fresh, unclean });
        else await clock.sleep(unsureMs, signal);
      }
    },
  };
}

interface Worked {
  readonly signal: AbortSignal;
  readonly fresh: () => boolean;
  readonly unclean: Set<ClaimedLetter>;
}

/** Goes on with a run until it ends, stops or is paused. Each round settles a letter or waits. */
async function workRun<S>(
  options: RunWorkerOptions<S>,
  run: RedriveRun,
  { signal, fresh, unclean }: Worked,
): Promise<void> {
  const { clock, suspects } = options;
  const everyMs = 1_000 / run.perSecond;
  while (!signal.aborted && fresh()) {
    const startedMs = clock.monotonicMs();
    const worked = await suspects.run(() => workLetter(options, run, unclean));
    if (worked === "none left") return;
    crashPoint("redrive-run.between-letters");
    const spentMs = clock.monotonicMs() - startedMs;
    await clock.sleep(worked === "put off" ? putOffMs : everyMs - spentMs, signal);
  }
}

/** Claims the next letter, tries it and says what became of it. */
async function workLetter<S>(
  options: RunWorkerOptions<S>,
  run: RedriveRun,
  unclean: Set<ClaimedLetter>,
): Promise<"settled" | "put off" | "none left"> {
  const { runs, log } = options;
  const claimed = await runs.claim(run.id);
  if (!claimed) return "none left";
  crashPoint("redrive-run.after-claim");
  const end = await tryLetter(options, run, claimed);
  crashPoint("redrive-run.before-settle");
  if (end) {
    await runs.settle(claimed, end);
    if (end.state === "failed") {
      log.warn("letter failed again", { run: run.id, letter: claimed.letterId, error: end.error });
    }
    return "settled";
  }
  unclean.add(claimed);
  await runs.release(claimed);
  unclean.delete(claimed);
  return "put off";
}

/** Undefined when the failure is nobody's and the letter is to be begun again. */
async function tryLetter<S>(
  options: RunWorkerOptions<S>,
  { id, actor }: RedriveRun,
  { letterId, abandoned }: ClaimedLetter,
): Promise<LetterEnd | undefined> {
  if (abandoned > 0 && (await isDone(options, letterId))) return { state: "done" };
  if (abandoned >= abandonedMax) return { state: "failed", error: leftBehind(abandoned).error };
  try {
    const result = await redrive({ ...options, run: id }, letterId, actor);
    return result.outcome === "done" ? { state: "done" } : { state: "failed", error: result.error };
  } catch (error) {
    if (error instanceof Refusal) return { state: "skipped", error: error.message };
    options.log.warn("redrive put off", { err: error, run: id, letter: letterId });
    return undefined;
  }
}

/** What a try that was left behind has committed is there, though nobody settled it. */
async function isDone<S>({ store }: RunWorkerOptions<S>, letterId: number): Promise<boolean> {
  return (await store.findDeadLetter(letterId))?.state === "done";
}
