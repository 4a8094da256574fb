import type { Clock } from "../clock.ts";

/** A hint that there may be work. */
export interface Wake {
  wake(): void;
  /** Calls `listener` at each hint from now on. Returns how to stop. */
  listen(listener: () => void): () => void;
  /**
   * Waits for a hint, `limitMs` at most. A hint ends the wait of all who wait; those that come while
   * nobody does are kept, as one, for whoever waits next. Loops that must all hear of it while they
   * are busy need a wake each.
   */
  next(limitMs: number, clock: Clock, signal: AbortSignal): Promise<void>;
}

/** Nobody reads it, but an abort without a reason makes an error with a stack. */
const hint = "a hint came";

export function wakeable(): Wake {
  const listeners = new Set<() => void>();
  const waiting = new Set<AbortController>();
  let hinted = false;

  return {
    wake() {
      for (const listener of listeners) listener();
      hinted = waiting.size === 0;
      for (const waiter of waiting) waiter.abort(hint);
      waiting.clear();
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async next(limitMs, clock, signal) {
      if (hinted || signal.aborted) {
        hinted = false;
        return;
      }
      const waiter = new AbortController();
      const end = () => waiter.abort();
      waiting.add(waiter);
      signal.addEventListener("abort", end, { once: true });
      await clock.sleep(limitMs, waiter.signal);
      signal.removeEventListener("abort", end);
      waiting.delete(waiter);
    },
  };
}
