import { onStarterGone } from "../starters.ts";

/** Everything that asks a run to end. */
export interface EndSignals extends Disposable {
  /** Aborts with the first; its reason is a text. */
  readonly stopping: AbortSignal;
  /** As Ctrl-C does. */
  readonly interrupt: (why: string) => void;
}

// One Ctrl-C may come twice: from the terminal, and handed on by what started us.
const SAME_MS = 400;
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The first interrupt stops the run in order; a later one calls `onSecond`. */
export function endSignals(onSecond: () => void): EndSignals {
  const controller = new AbortController();
  let firstAt = 0;
  const interrupt = (why: string) => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort(why);
    } else if (performance.now() - firstAt > SAME_MS) onSecond();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const starters = onStarterGone(() => controller.abort("what started it is gone"));
  return {
    stopping: controller.signal,
    interrupt,
    [Symbol.dispose]() {
      starters[Symbol.dispose]();
      for (const signal of SIGNALS) process.off(signal, interrupt);
    },
  };
}
