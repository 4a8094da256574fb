import type { Hints } from "../change-hints.ts";
import { type Changes, type ChangesSettings, createChanges } from "../changes.ts";
import { type Clock, systemClock } from "../clock.ts";

/** What is watched in the tests of changes, and by which clock. */
export interface State {
  readonly version: number;
}

export const noHints: Hints = { send: () => undefined, listen: () => () => undefined };

/** Never lets the second pass by itself: what a test sees did not come from the net. */
export const stoppedClock: Clock = {
  ...systemClock,
  sleep: (_, signal) =>
    new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true })),
};

/** A second of the net passes with each call of `tick`. */
export function steppedClock() {
  let wake: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    sleep: () => new Promise((resolve) => wake.push(resolve)),
  };
  const tick = () => {
    const sleepers = wake;
    wake = [];
    for (const resolve of sleepers) resolve();
  };
  return { clock, tick };
}

export function world(settings: Partial<ChangesSettings<State>> = {}) {
  const stored = new Map<string, State>();
  const loads: (readonly string[])[] = [];
  const errors: unknown[] = [];
  const changes = createChanges<State>({
    load: async (ids) => {
      loads.push(ids);
      return new Map([...stored].filter(([id]) => ids.includes(id)));
    },
    versionOf: ({ version }) => version,
    hints: noHints,
    clock: stoppedClock,
    onError: (error) => errors.push(error),
    ...settings,
  });
  return { stored, loads, errors, changes };
}

/** Hints of several hubs that all hear each other, as replicas do. */
export function sharedHints() {
  const listeners = new Set<(data: string) => void>();
  const sent: string[] = [];
  const hints: Hints = {
    send: (data) => {
      sent.push(data);
      for (const listener of listeners) listener(data);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { hints, sent, listeners };
}

export function watch(changes: Changes<State>, id = "a", afterVersion?: number) {
  const stop = new AbortController();
  const iterator = changes.watch(id, { signal: stop.signal, afterVersion });
  return { iterator, stop, next: async () => (await iterator.next()).value?.version };
}
