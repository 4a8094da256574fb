import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import type { HealthCheck } from "./health.ts";
import type { Log } from "./log.ts";
import { jittered, type Random } from "./random.ts";

export interface SupervisorSettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly firstDelayMs?: number;
  readonly delayMaxMs?: number;
  /** How long a run must last before earlier failures are forgotten. */
  readonly steadyAfterMs?: number;
}

/** A loop that runs until it is disposed, whatever happens inside it. */
export interface Supervised extends AsyncDisposable {
  /** Fails while the loop waits to be restarted, and until it has run steadily again. */
  readonly check: HealthCheck;
}

type LoopState =
  | { readonly kind: "running"; readonly sinceMs: number; readonly failures: number }
  | { readonly kind: "waiting"; readonly failures: number }
  | { readonly kind: "stopped" };

/** Doubling beyond this many failures would only overflow. */
const DOUBLINGS_MAX = 16;

/**
 * Keeps `run` going: it is to work until its signal aborts, and when it throws or
 * returns before that, it is started again after a growing, jittered delay.
 */
export function supervise(
  name: string,
  run: (signal: AbortSignal) => Promise<void>,
  settings: SupervisorSettings,
): Supervised {
  const { clock, random, log, steadyAfterMs = 5_000 } = settings;
  const { firstDelayMs = 100, delayMaxMs = 10_000 } = settings;
  const stop = new AbortController();
  let state: LoopState = { kind: "running", sinceMs: clock.monotonicMs(), failures: 0 };

  const steady = (sinceMs: number) => clock.monotonicMs() - sinceMs >= steadyAfterMs;

  const keepRunning = async () => {
    let failures = 0;
    while (!stop.signal.aborted) {
      const sinceMs = clock.monotonicMs();
      state = { kind: "running", sinceMs, failures };
      const err = await failureOf(run, stop.signal);
      if (stop.signal.aborted) {
        if (err !== undefined) log.warn("loop failed while stopping", { loop: name, err });
        break;
      }

      failures = steady(sinceMs) ? 1 : failures + 1;
      state = { kind: "waiting", failures };
      const wholeMs = Math.min(
        firstDelayMs * 2 ** Math.min(failures - 1, DOUBLINGS_MAX),
        delayMaxMs,
      );
      const delayMs = Math.round(jittered(wholeMs, random));
      log.error("loop failed", { loop: name, failures, restartInMs: delayMs, err });
      await clock.sleep(delayMs, stop.signal);
    }
    state = { kind: "stopped" };
  };
  const ended = keepRunning();

  return {
    check: {
      name,
      critical: false,
      probe: () => {
        if (state.kind === "running" && (state.failures === 0 || steady(state.sinceMs))) return;
        throw new Refusal("unavailable", "loop_not_running", textOf(state));
      },
    },
    [Symbol.asyncDispose]: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Why a run ended. Returning of its own accord is a failure too: nobody would do its work. */
async function failureOf(
  run: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    await run(signal);
    return signal.aborted ? undefined : new Error("the loop returned without being stopped");
  } catch (error) {
    return error;
  }
}

function textOf(state: LoopState): string {
  if (state.kind === "stopped") return "stopped";
  const times = state.failures === 1 ? "once" : `${state.failures} times`;
  return state.kind === "waiting" ? `failed ${times}, restarting` : `restarted, failed ${times}`;
}
