/** Time as the core sees it, so that a simulation can own it. */
export interface Clock {
  /** Wall time. It may jump: never measure a duration with it. */
  now(): Date;
  /** Milliseconds since some fixed instant of this process; never goes back. */
  monotonicMs(): number;
  /**
   * Waits `durationMs`. An abort ends the wait early and does not throw:
   * the caller looks at the signal, as loops do anyway.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Timers hold 31 bits; a longer wait would fire at once. */
const SLEEP_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();

      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(Math.max(durationMs, 0), SLEEP_MAX_MS));
      signal?.addEventListener("abort", done, { once: true });
    }),
};
