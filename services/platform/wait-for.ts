import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import { jittered, type Random } from "./random.ts";

export interface WaitSettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Ends the wait early, with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}

const FIRST_DELAY_MS = 50;
const DELAY_MAX_MS = 2_000;
/** A failure sooner than this is usual at start and not worth a line. */
const QUIET_MS = 500;

/**
 * Tries `probe` until it succeeds, with growing, jittered delays, and says in the
 * log what is being waited for. Throws with the last failure as its cause after
 * `limitMs` (default 60 s).
 */
export async function waitFor<Result>(
  name: string,
  probe: () => Promise<Result>,
  { clock, random, log, signal, limitMs = 60_000 }: WaitSettings,
): Promise<Result> {
  const startedMs = clock.monotonicMs();
  let delayMs = FIRST_DELAY_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await probe();
    } catch (err) {
      const waitedMs = Math.round(clock.monotonicMs() - startedMs);
      if (waitedMs >= limitMs) {
        throw new Error(`${name} did not answer within ${limitMs} ms`, { cause: err });
      }
      if (waitedMs >= QUIET_MS) log.warn("waiting", { for: name, waitedMs, limitMs, err });
    }
    await clock.sleep(jittered(delayMs, random), signal);
    delayMs = Math.min(delayMs * 2, DELAY_MAX_MS);
  }
}
