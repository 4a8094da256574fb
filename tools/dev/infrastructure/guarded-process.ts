import { type ChildProcess, type IOType, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { identify, type ProcessIdentity } from "./process-tree.ts";
import type { Guarded, WatchdogOrder } from "./watchdog.ts";

/** How a guarded process ended; exactly one of the two is set. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GuardedProcess {
  readonly identity: ProcessIdentity;
  readonly child: ChildProcess;
  readonly exited: Promise<ProcessExit>;
}

export interface GuardedSpawn {
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Another user to run as; only root may. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
  readonly output: readonly [stdout: IOType | number, stderr: IOType | number];
  readonly onOrphaned: Omit<Guarded, "pid" | "startedAt">;
}

const RESPAWNS_MAX = 5;

/**
 * Starts a process that does not outlive this one, not even after kill -9: a watchdog knows it
 * before it runs. The process leads a session of its own, so a Ctrl-C reaches only this one, which
 * then stops the others in the order it needs.
 */
export async function spawnGuarded(options: GuardedSpawn): Promise<GuardedProcess> {
  // The shell waits for a word on stdin before it becomes the program: when this process dies
  // earlier, it reads the end of the file instead and goes away.
  const gate = 'read -r go && exec "$@" </dev/null';
  const child = spawn("/bin/sh", ["-c", gate, "sh", ...options.command], {
    cwd: options.cwd ?? "/",
    env: options.env ?? process.env,
    detached: true,
    stdio: ["pipe", ...options.output],
    ...options.runAs,
  });
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  if (child.pid === undefined) {
    const [error] = await once(child, "error");
    throw new Error(`cannot start ${options.command[0]}`, { cause: error });
  }
  const identity = identify(child.pid) ?? { pid: child.pid, startedAt: "ended at once" };
  await guard({ ...options.onOrphaned, ...identity });
  void exited.then(() => release(identity.pid));
  // A shell that ended early shows in `exited`; writing to it must not raise a second error.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end("go\n");
  return { identity, child, exited };
}

const guarded = new Map<number, Guarded>();
let watchdog: ChildProcess | undefined;
let respawns = 0;

async function guard(entry: Guarded): Promise<void> {
  watchdog ??= startWatchdog();
  guarded.set(entry.pid, entry);
  await tell(watchdog, { guard: entry });
}

function release(pid: number): void {
  guarded.delete(pid);
  if (watchdog) void tell(watchdog, { release: pid });
}

function startWatchdog(): ChildProcess {
  const started = spawn(process.execPath, [join(import.meta.dir, "watchdog.ts")], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  started.unref();
  // A broken pipe means that the watchdog ended, which `exit` answers.
  started.stdin?.on("error", () => undefined);
  started.once("exit", () => {
    respawns += 1;
    watchdog = respawns <= RESPAWNS_MAX && guarded.size > 0 ? startWatchdog() : undefined;
  });
  for (const entry of guarded.values()) void tell(started, { guard: entry });
  return started;
}

/** Done when the order is in the pipe, where it outlives this process. */
function tell(to: ChildProcess, order: WatchdogOrder): Promise<void> {
  return new Promise((resolve) => {
    if (!to.stdin?.writable) return resolve();
    to.stdin.write(`${JSON.stringify(order)}\n`, () => resolve());
  });
}
