import { type Problem, problemOf } from "../../lib/problem.ts";

/** A call that did not come through, and when it is made again. */
export interface Away {
  readonly problem: Problem;
  /** By the browser's clock. */
  readonly retryAtMs: number;
}

/** What the loop needs of the world, which tests replace. */
export interface AnswerWorld {
  readonly now: () => number;
  /** Waits, or less when the network comes back or somebody does not want to wait. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface AnswerOptions {
  readonly signal: AbortSignal;
  /** Hears of each failure, and with undefined of the end of them. */
  readonly onAway: (away: Away | undefined) => void;
}

const DELAY_FIRST_MS = 1_000;
const DELAY_MAX_MS = 15_000;

/**
 * Makes a call that can be repeated, until it is answered: a refusal is an answer and is thrown, no
 * answer is none. It ends without one only when nobody waits for it any more; then undefined.
 */
export async function untilAnswered<T>(
  call: (signal: AbortSignal) => Promise<T>,
  world: AnswerWorld,
  { signal, onAway }: AnswerOptions,
): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const answer = await call(signal);
      if (failures > 0) onAway(undefined);
      return signal.aborted ? undefined : answer;
    } catch (error) {
      if (signal.aborted) return undefined;
      const problem = problemOf(error);
      if (!isNoAnswer(problem)) {
        if (failures > 0) onAway(undefined);
        throw problem;
      }
      const delayMs = delayOf(problem, failures);
      onAway({ problem, retryAtMs: world.now() + delayMs });
      await world.wait(delayMs, signal);
    }
  }
  return undefined;
}

/** A service that failed may have done it or not; the same key makes it safe to ask again. */
function isNoAnswer({ status, code }: Problem): boolean {
  if (status === 429) return code !== "too_many_holds";
  return status === 0 || status === 408 || status >= 500;
}

function delayOf({ retryAfterSeconds = 0 }: Problem, failures: number): number {
  const grown = DELAY_FIRST_MS * 2 ** Math.min(failures, 10);
  return Math.min(DELAY_MAX_MS, Math.max(grown, retryAfterSeconds * 1_000));
}
