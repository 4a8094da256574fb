import { useSyncExternalStore } from "react";
import { betterOf, offsetOf, type TimeSighting } from "./server-time.ts";

let known: TimeSighting | undefined;
const listeners = new Set<() => void>();

/** The clock of the database that ends holds, as far as its answers told. */
export const serverClock = {
  /** Takes in that the server said what time it is. */
  hear(sighting: TimeSighting): void {
    const better = betterOf(known, sighting);
    if (better === known) return;
    known = better;
    for (const listener of listeners) listener();
  },

  /** Now by the server's clock, in unix milliseconds; by the browser's own until one was heard. */
  now: (): number => Date.now() + (known ? offsetOf(known) : 0),
};

/** Whether the server's time is known yet: before that no countdown is shown. */
export function useServerTimeKnown(): boolean {
  return useSyncExternalStore(subscribe, () => known !== undefined);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
