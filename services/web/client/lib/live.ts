import { useEffect, useEffectEvent, useState } from "react";
import { type LiveSource, type LiveState, type LiveWorld, runLive } from "./live-loop.ts";
import { refreshSession } from "./session-refresh.ts";

export interface LiveOptions<T> extends Omit<LiveSource<T>, "subscribe" | "renew"> {
  /** What is followed, such as `order/17`; another one starts anew. Undefined follows nothing. */
  readonly of: string | undefined;
}

/**
 * A hidden page lets its stream go after this long: browsers open six connections to one site, and
 * tabs that nobody looks at must not hold those of the one that is.
 */
const hiddenForMs = 15_000;

/**
 * Follows a value by its stream, with polling as a net. It reconnects by itself, at once when the
 * network or the reader comes back, and never forgets what it last knew.
 */
export function useLive<T>(
  subscribe: LiveSource<T>["subscribe"],
  options: LiveOptions<T>,
): LiveState<T> {
  const { of, pollEveryMs, poll, isDone, isOlder } = options;
  const [state, setState] = useState<{
    readonly of: string | undefined;
    readonly now: LiveState<T>;
  }>({ of, now: connecting });
  const visible = useVisible();
  // The functions may be new with every rendering, which is no reason to begin again.
  const source = useEffectEvent(
    (): LiveSource<T> => ({ subscribe, poll, pollEveryMs, isDone, isOlder, renew: refreshSession }),
  );
  const told = useEffectEvent((next: LiveState<T>) => {
    setState((last) => ({ of, now: last.of === of ? { ...keptOf(last.now), ...next } : next }));
  });
  const ended = state.of === of && (state.now.status === "done" || state.now.status === "failed");

  useEffect(() => {
    if (of === undefined || !visible || ended) return;
    const wanted = new AbortController();
    void runLive(source(), browser, { signal: wanted.signal, onState: told });
    return () => wanted.abort();
  }, [of, visible, ended]);

  return state.of === of ? state.now : connecting;
}

const connecting = { status: "connecting" } as const;

/** What stays known when the following begins again. */
function keptOf<T>({ value, lastAt }: LiveState<T>): Pick<LiveState<T>, "value" | "lastAt"> {
  return { ...(value === undefined ? {} : { value }), ...(lastAt === undefined ? {} : { lastAt }) };
}

/** Whether somebody looks, or did until a moment ago. */
function useVisible(): boolean {
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") setVisible(true);
      else timer = setTimeout(() => setVisible(false), hiddenForMs);
    };
    document.addEventListener("visibilitychange", changed);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", changed);
    };
  }, []);
  return visible;
}

const browser: LiveWorld = {
  now: () => Date.now(),
  random: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const over = () => {
        clearTimeout(timer);
        globalThis.removeEventListener("online", over);
        signal.removeEventListener("abort", over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      globalThis.addEventListener("online", over);
      signal.addEventListener("abort", over);
    }),
};
