import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { type Hints, hintSender, readHint } from "./change-hints.ts";
import { Watcher } from "./change-watcher.ts";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";

/** Lets callers watch things by id as they change, whichever replica changes them. */
export interface Changes<T> {
  /**
   * The state of `id` as it is now, then each newer version; with `afterVersion` only what is newer
   * than that. States that pass faster than they are read are left out, versions never go back, and
   * an id that does not exist yields nothing until it does. Ends when `signal` aborts and on
   * `close`. Throws a `Refusal` when too many watch already.
   */
  watch(id: string, options: WatchOptions): AsyncIterableIterator<T, undefined>;
  /**
   * The first state of `id` that is `done`, or the last one seen when there is none within
   * `withinMs`: undefined when none was seen at all, be it for want of room to watch. It never
   * refuses, because whoever waits on purpose has an answer without waiting too.
   */
  until(id: string, done: (state: T) => boolean, options: UntilOptions): Promise<T | undefined>;
  /** Says that `id` changed and its change is committed. Its new state, where it is at hand, saves a query. */
  changed(id: string, state?: T): void;
  /** How many watch now. */
  watching(): number;
  /** Ends every watch and refuses new ones. */
  close(): void;
}

export interface WatchOptions {
  readonly afterVersion?: number | undefined;
  readonly signal: AbortSignal;
}

export interface UntilOptions {
  readonly withinMs: number;
  readonly signal: AbortSignal;
  /**
   * Only what is newer than that counts, and the present state is not asked for: for whoever has
   * just written this version. A newer one that came before the wait is seen within a second.
   */
  readonly afterVersion?: number | undefined;
}

export interface ChangesSettings<T> {
  /** Reads the present states of these ids in one query; ids that do not exist are left out. */
  readonly load: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>;
  /** Grows with every change of one id. */
  readonly versionOf: (state: T) => number;
  /** How replicas tell each other. What gets lost is found by the query that runs once a second. */
  readonly hints: Hints;
  readonly clock: Clock;
  /** Hears why states could not be loaded; they are loaded again a second later. */
  readonly onError: (error: unknown) => void;
  readonly watchersMax?: number;
}

/** Told to nobody; an abort without a reason makes an error with a stack each time. */
const overReason = "the wait is over";

/** Changes that happen outside this process and whose hint was lost are seen after this long. */
const LOAD_EVERY_MS = 1_000;

/**
 * Watches cost one query a second together, and none while nobody watches. Each watcher holds the
 * latest state it has not read yet, so a slow reader costs one state, not a queue.
 */
export function createChanges<T>(settings: ChangesSettings<T>): Changes<T> {
  const { versionOf, hints, clock, watchersMax = 10_000 } = settings;
  const watchers = new Map<string, Set<Watcher<T>>>();
  const closed = new AbortController();
  const loads = loader(settings, deliver);
  const outgoing = hintSender(hints);
  const stopListening = hints.listen(hear);
  let count = 0;
  let ticking = false;

  function watch(id: string, options: WatchOptions): Watcher<T> {
    const watcher = enter(id, options);
    loads.request([id]);
    return watcher;
  }

  function enter(id: string, { afterVersion, signal }: WatchOptions): Watcher<T> {
    if (closed.signal.aborted) throw new Refusal("unavailable", "draining", "shutting down");
    if (count >= watchersMax)
      throw new Refusal("limited", "too_many_watchers", "too many watchers");

    const watcher = new Watcher<T>(afterVersion, (self) => leave(id, self));
    watchers.set(id, (watchers.get(id) ?? new Set()).add(watcher));
    count += 1;
    watcher.endWith(signal, closed.signal);
    // For all who watch, not in the trace of whoever came first.
    if (!ticking) void context.with(ROOT_CONTEXT, tick);
    return watcher;
  }

  function leave(id: string, watcher: Watcher<T>): void {
    const others = watchers.get(id);
    if (!others?.delete(watcher)) return;
    count -= 1;
    if (others.size === 0) watchers.delete(id);
  }

  async function until(id: string, done: (state: T) => boolean, options: UntilOptions) {
    if (closed.signal.aborted || count >= watchersMax) return undefined;

    const { afterVersion, withinMs } = options;
    const over = new AbortController();
    const end = () => over.abort(overReason);
    if (options.signal.aborted) end();
    options.signal.addEventListener("abort", end, { once: true });
    void clock.sleep(withinMs, over.signal).then(end);
    let last: T | undefined;
    const states = (afterVersion === undefined ? watch : enter)(id, {
      afterVersion,
      signal: over.signal,
    });
    for await (const state of states) {
      last = state;
      if (done(state)) break;
    }
    options.signal.removeEventListener("abort", end);
    end();
    return last;
  }

  function changed(id: string, state?: T): void {
    if (state !== undefined) deliver(id, state);
    else if (watchers.has(id)) loads.request([id]);
    outgoing.send(id, state === undefined ? Number.MAX_SAFE_INTEGER : versionOf(state));
  }

  function hear(data: string): void {
    for (const [id, version] of readHint(data)) {
      const behind = [...(watchers.get(id) ?? [])].some((watcher) => watcher.version < version);
      if (behind) loads.request([id]);
    }
  }

  function deliver(id: string, state: T): void {
    for (const watcher of watchers.get(id) ?? []) watcher.offer(state, versionOf(state));
  }

  /** Finds what no hint told, for as long as somebody watches. */
  async function tick(): Promise<void> {
    ticking = true;
    while (count > 0 && !closed.signal.aborted) {
      await clock.sleep(LOAD_EVERY_MS, closed.signal);
      loads.request(watchers.keys());
    }
    ticking = false;
  }

  return {
    watch,
    until,
    changed,
    watching: () => count,
    close: () => {
      closed.abort();
      stopListening();
    },
  };
}

/** Loads what is asked for, one query at a time: what is asked meanwhile goes into the next. */
function loader<T>({ load, onError }: ChangesSettings<T>, deliver: (id: string, state: T) => void) {
  let wanted = new Set<string>();
  let loading = false;

  async function run(): Promise<void> {
    loading = true;
    while (wanted.size > 0) {
      const ids = [...wanted];
      wanted = new Set();
      try {
        for (const [id, state] of await load(ids)) deliver(id, state);
      } catch (error) {
        onError(error);
        // The next tick asks again for all that is still watched.
        wanted.clear();
      }
    }
    loading = false;
  }

  return {
    request: (ids: Iterable<string>): void => {
      for (const id of ids) wanted.add(id);
      if (!loading && wanted.size > 0) void run();
    },
  };
}
