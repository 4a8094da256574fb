import { type Problem, problemOf } from "./problem.ts";

/** Where a value that changes comes from. */
export interface LiveSource<T> {
  /** Sends the value as it is, then each change; ends when nothing can change any more. */
  readonly subscribe: (signal: AbortSignal) => AsyncIterable<T>;
  /** Reads the value once: the net under the stream. */
  readonly poll?: ((signal: AbortSignal) => Promise<T>) | undefined;
  readonly pollEveryMs?: number | undefined;
  /** Whether nothing can follow. Without it the end of the stream says so. */
  readonly isDone?: ((value: T) => boolean) | undefined;
  /** Whether a reading is older than what is shown, as polls and streams may cross. */
  readonly isOlder?: ((value: T, shown: T) => boolean) | undefined;
  /** Tries to make a refused call possible, as renewing the session does. */
  readonly renew?: (() => Promise<boolean>) | undefined;
}

export interface LiveState<T> {
  readonly value?: T | undefined;
  /**
   * `connecting` until the first word; `live` while the stream is open; `reconnecting` while what is
   * shown may be old; `done` when nothing can change any more; `failed` when asking again is of no use.
   */
  readonly status: "connecting" | "live" | "reconnecting" | "done" | "failed";
  /** When the value was last heard, in unix milliseconds of this machine. */
  readonly lastAt?: number | undefined;
  /** Why it reconnects or failed. */
  readonly problem?: Problem | undefined;
}

/** The world around the loop, which tests replace. */
export interface LiveWorld {
  readonly now: () => number;
  /** Waits, or less when the network or the reader comes back. Ends at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

const firstDelayMs = 500;
const longestDelayMs = 15_000;
const pollEveryMsDefault = 10_000;

/** Grows twofold from half a second to 15 s, each time between half of it and all. */
export function reconnectDelayMs(failures: number, random: number): number {
  const grown = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10));
  return Math.round(grown / 2 + (grown / 2) * random);
}

/**
 * Follows a source until it is done, refused or no longer wanted. A stream that breaks is opened
 * again after a growing wait; meanwhile, and beside an open stream that may have gone silent, the
 * value is polled. A stream that does not say within an interval what a poll knew is given up.
 */
export async function runLive<T>(
  source: LiveSource<T>,
  world: LiveWorld,
  {
    signal,
    onState,
  }: { readonly signal: AbortSignal; readonly onState: (s: LiveState<T>) => void },
): Promise<void> {
  let state: LiveState<T> = { status: "connecting" };
  /** Asked anew each time: the compiler does not see that calls change it. */
  const status = (): LiveState<T>["status"] => state.status;
  /** What the open stream said last. */
  let streamed: T | undefined;
  let failures = 0;
  let renewed = false;
  const isDone = (value: T) => source.isDone?.(value) ?? false;
  const isOlder = (value: T) =>
    state.value !== undefined && (source.isOlder?.(value, state.value) ?? false);
  const isBehind = (value: T | undefined, other: T | undefined) =>
    value !== undefined && other !== undefined && (source.isOlder?.(value, other) ?? false);
  const tell = (next: LiveState<T>) => {
    state = next;
    if (!signal.aborted) onState(next);
  };
  const heard = (value: T, status: "live" | "reconnecting") => {
    const newest = isOlder(value) ? state.value : value;
    tell({ ...state, value: newest, lastAt: world.now(), status: isDone(value) ? "done" : status });
  };

  /** One stream, with polls beside it, until either ends it. */
  const follow = async (): Promise<void> => {
    const stream = new AbortController();
    const either = AbortSignal.any([signal, stream.signal]);
    streamed = undefined;
    const polls = beside(either, stream);
    try {
      for await (const value of source.subscribe(either)) {
        failures = 0;
        renewed = false;
        streamed = value;
        heard(value, "live");
        if (status() === "done") return;
      }
      if (source.isDone === undefined && !either.aborted) tell({ ...state, status: "done" });
    } finally {
      stream.abort();
      await polls;
    }
  };

  const beside = async (either: AbortSignal, stream: AbortController): Promise<void> => {
    const { poll, pollEveryMs = pollEveryMsDefault } = source;
    let polled: T | undefined;
    while (poll !== undefined && !either.aborted && status() !== "done") {
      await world.wait(pollEveryMs, either);
      if (either.aborted) return;
      const before = streamed;
      // What the last poll knew, the stream has had a whole interval to tell.
      if (isBehind(before, polled)) return stream.abort();
      try {
        polled = await poll(either);
        // What was streamed while the poll was on its way may be newer.
        if (streamed === before) heard(polled, status() === "live" ? "live" : "reconnecting");
        if (status() === "done") stream.abort();
      } catch (error) {
        // The stream may be as dead as this call was, and would never say so.
        if (!either.aborted && problemOf(error).status === 0) stream.abort();
      }
    }
  };

  const readOnce = async (): Promise<void> => {
    if (source.poll === undefined) return;
    try {
      heard(await source.poll(signal), "reconnecting");
    } catch (error) {
      tell({ ...state, problem: problemOf(error) });
    }
  };

  while (!signal.aborted) {
    let problem: Problem | undefined;
    try {
      await follow();
    } catch (error) {
      problem = problemOf(error);
    }
    if (signal.aborted || status() === "done") return;
    if (problem?.status === 401 && !renewed && (await (source.renew?.() ?? false))) {
      renewed = true;
      continue;
    }
    if (problem?.isRefusal) return tell({ ...state, status: "failed", problem });

    tell({ ...state, status: "reconnecting", problem });
    await readOnce();
    if (status() === "done") return;
    await world.wait(reconnectDelayMs(failures, world.random()), signal);
    failures += 1;
  }
}
