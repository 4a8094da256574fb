import { type Clock, systemClock } from "./clock.ts";
import { ConfigError } from "./config.ts";
import { type Log, startLog } from "./log.ts";

/** What a service's start is given, and where it leaves what has to end with the service. */
export interface Service {
  readonly log: Log;
  /** Aborts as soon as the service is told to stop, during its start too: waits and streams end. */
  readonly stopping: AbortSignal;
  /** Before anything is closed: readiness goes off, so that others stop sending work. */
  onDrain(effect: () => void): void;
  /**
   * Closed last in, first out, so that what takes work ends before what the work
   * needs. `close` is given what is left of the grace period.
   */
  onClose(what: string, close: (graceMs: number) => void | Promise<void>): void;
}

export interface ServiceSettings {
  readonly name: string;
  /** How long everything together may take to close. */
  readonly graceMs?: number;
  readonly clock?: Clock;
}

interface Closing {
  readonly what: string;
  readonly close: (graceMs: number) => void | Promise<void>;
}

const EXIT_AT_ONCE = 130;

/**
 * Runs a service until SIGTERM or SIGINT, then stops it in order and exits: 0 when
 * all closed within the grace period, 1 when something failed or was late. A
 * second signal exits at once, which is as correct, only slower to recover from.
 *
 * A start that fails closes what it had opened and exits 1.
 */
export async function runService(
  { name, graceMs = 10_000, clock = systemClock }: ServiceSettings,
  start: (service: Service) => Promise<void>,
): Promise<never> {
  const log = startLog({ service: name, level: "info" });
  const stopping = new AbortController();
  const drains: (() => void)[] = [];
  const closings: Closing[] = [];
  let exitCode = 0;

  const stop = (reason: string, code: number) => {
    exitCode = Math.max(exitCode, code);
    if (stopping.signal.aborted) return;
    log.info("stopping", { reason, graceMs });
    stopping.abort(new Error(`stopping: ${reason}`));
  };
  listen({ log, stop, stopping: stopping.signal });

  try {
    await start({
      log,
      stopping: stopping.signal,
      onDrain: (effect) => void drains.push(effect),
      onClose: (what, close) => void closings.push({ what, close }),
    });
  } catch (error) {
    if (!stopping.signal.aborted) tellFailedStart(log, error);
    stop("the start failed", stopping.signal.aborted ? 0 : 1);
  }

  await aborted(stopping.signal);
  for (const drain of drains) drain();
  const allClosed = await closeAll(closings, { graceMs, clock, log });
  log.info("stopped", { allClosed });
  process.exit(allClosed ? exitCode : 1);
}

/** Hears what may end the process, from without and from within. */
function listen({
  log,
  stop,
  stopping,
}: {
  readonly log: Log;
  readonly stop: (reason: string, code: number) => void;
  readonly stopping: AbortSignal;
}): void {
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (stopping.aborted) process.exit(EXIT_AT_ONCE);
      stop(name, 0);
    });
  }
  process.on("uncaughtException", (err) => {
    log.error("uncaught exception", { err });
    stop("uncaught exception", 1);
  });
  // A failure that nobody awaited has harmed nobody else's work: it is told, and the service goes on.
  process.on("unhandledRejection", (err) => log.error("unhandled rejection", { err }));
}

/** A configuration is mended by a person, who reads lines better than JSON. */
function tellFailedStart(log: Log, error: unknown): void {
  if (error instanceof ConfigError) console.error(error.message);
  log.error("start failed", { err: error });
}

/** Whether everything closed, in time and without an error. One failure keeps none of the others open. */
async function closeAll(
  closings: readonly Closing[],
  { graceMs, clock, log }: { readonly graceMs: number; readonly clock: Clock; readonly log: Log },
): Promise<boolean> {
  const endMs = clock.monotonicMs() + graceMs;
  let allClosed = true;
  for (const { what, close } of closings.toReversed()) {
    const leftMs = Math.max(endMs - clock.monotonicMs(), 0);
    const outcome = await closed(Promise.try(close, leftMs), { leftMs, clock });
    if (outcome.kind === "closed") continue;
    allClosed = false;
    log.error(outcome.kind === "late" ? "close took too long" : "close failed", {
      what,
      ...(outcome.kind === "failed" ? { err: outcome.error } : {}),
    });
  }
  return allClosed;
}

type CloseOutcome =
  | { readonly kind: "closed" }
  | { readonly kind: "late" }
  | { readonly kind: "failed"; readonly error: unknown };

async function closed(
  closing: Promise<void>,
  { leftMs, clock }: { readonly leftMs: number; readonly clock: Clock },
): Promise<CloseOutcome> {
  const done = new AbortController();
  const outcome = closing.then(
    (): CloseOutcome => ({ kind: "closed" }),
    (error: unknown): CloseOutcome => ({ kind: "failed", error }),
  );
  const late = clock.sleep(leftMs, done.signal).then((): CloseOutcome => ({ kind: "late" }));
  const first = await Promise.race([outcome, late]);
  done.abort();
  return first;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
