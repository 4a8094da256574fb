import { writeSync } from "node:fs";

/**
 * The places where a crash is most telling: between two effects that cannot be
 * one. A process started with `CRASH_POINT=<name>` kills itself at the first
 * arrival there, with `CRASH_POINT=<name>:<n>` at the n-th.
 */
export const crashPointNames = [
  "request.after-commit-before-reply",
  "relay.after-read-before-publish",
  "relay.after-ack-before-finish",
  "relay.after-finish",
  "relay.mid-repair",
  "consumer.after-fetch-before-transaction",
  "consumer.in-transaction-before-commit",
  "consumer.after-commit-before-ack",
  "consumer.mid-batch",
  "lane-worker.before-commit",
  "lane-worker.after-commit",
  "redrive.after-resolve",
  "redrive.before-commit",
  "redrive.after-commit",
  "edit.before-commit",
  "edit.after-commit",
  "discard.before-commit",
  "discard.after-commit",
  "restore.before-commit",
  "restore.after-commit",
  "redrive-run.after-create",
  "redrive-run.after-claim",
  "redrive-run.before-settle",
  "redrive-run.between-letters",
  "migrate.mid-migration",
] as const;

export type CrashPointName = (typeof crashPointNames)[number];

/** Hears of every arrival. It may throw, which is how a simulation ends a process at the point. */
export type CrashPointListener = (name: CrashPointName) => void;

interface ArmedCrashPoint {
  readonly name: CrashPointName;
  arrivalsLeft: number;
}

/** Arms from the environment as the module loads, so that no entry point can forget to. */
const armed = readCrashPoint(process.env);
const listeners = new Set<CrashPointListener>();

/** Marks an arrival at a named point. Costs two comparisons unless something is armed or listening. */
export function crashPoint(name: CrashPointName): void {
  if (listeners.size > 0) for (const listener of listeners) listener(name);
  if (armed === undefined || armed.name !== name) return;

  armed.arrivalsLeft -= 1;
  if (armed.arrivalsLeft > 0) return;
  writeSync(2, `crash point ${name} reached, killing process ${process.pid}\n`);
  process.kill(process.pid, "SIGKILL");
}

/** Lets `listener` hear of every arrival until the returned handle is disposed. */
export function onCrashPoint(listener: CrashPointListener): Disposable {
  listeners.add(listener);
  return { [Symbol.dispose]: () => void listeners.delete(listener) };
}

/** Reads `CRASH_POINT`. Throws for an unknown name, a bad count, and in production. */
export function readCrashPoint(
  env: Readonly<Record<string, string | undefined>>,
): ArmedCrashPoint | undefined {
  const setting = env.CRASH_POINT?.trim();
  if (!setting) return undefined;
  if (env.NODE_ENV === "production") throw new Error("CRASH_POINT is refused in production");

  const [, wanted, count = "1"] = /^([a-z.-]+)(?::([1-9]\d{0,5}))?$/.exec(setting) ?? [];
  const name = crashPointNames.find((known) => known === wanted);
  if (name === undefined) {
    throw new Error(
      `CRASH_POINT must be <name> or <name>:<n>, one of ${crashPointNames.join(", ")}`,
    );
  }
  return { name, arrivalsLeft: Number(count) };
}
