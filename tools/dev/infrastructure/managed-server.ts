import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createInterface } from "node:readline";
import { type GuardedProcess, type ProcessExit, spawnGuarded } from "./guarded-process.ts";
import type { Lock } from "./lock.ts";
import { isAlive, signalProcess, signalTree } from "./process-tree.ts";

/** A server that runs as our child, on one port and one data directory for all its restarts. */
export interface ManagedServer extends AsyncDisposable {
  readonly name: string;
  /** The last known pid; `exited` tells whether it still runs. */
  readonly pid: number;
  readonly port: number;
  readonly logFile: string;
  /** How long the present run took until it was ready. */
  readonly startMs: number;
  /** How the present run ends; a restart begins a new one. */
  readonly exited: Promise<ProcessExit>;
  /** Stops the server if it runs, and starts it on the same port and data. */
  restart(): Promise<void>;
  /** Freezes the server and all its processes: it answers nobody and closes nothing. */
  pause(): void;
  resume(): void;
  /** Kills the server and all its processes at once, as a crash would. */
  kill(): Promise<void>;
  /** Stops the server cleanly; the data directory stays ours and `restart` works. */
  stop(): Promise<void>;
  /** Stops the server and gives its data directory back. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ServerSpec {
  readonly name: string;
  readonly port: number;
  readonly logFile: string;
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly runAs?: { readonly uid: number; readonly gid: number };
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
  readonly startDeadlineMs: number;
  /** Asked again and again until it says yes; a throw means not yet. */
  readonly isReady: (pid: number) => Promise<boolean>;
  /** Puts right what an earlier run left behind. */
  readonly beforeStart?: () => Promise<void>;
  /** Held until the server is disposed of. */
  readonly lock?: Lock;
  /** Where a program uses servers, it ends before them when its starter is gone. */
  readonly stage?: "program" | "server";
  readonly cwd?: string;
  /** Reaches a server in a container, whose processes are not below ours. */
  readonly signalContainer?: (signal: NodeJS.Signals) => void;
  /** Removed after the last stop, also when only the watchdog is left to do it. */
  readonly throwAway?: string;
  /** Hears each line of output as it comes; the log file gets it too. */
  readonly onLine?: (line: string) => void;
  /** Aborted, a start that still waits for readiness fails at once. */
  readonly signal?: AbortSignal;
}

interface Run extends GuardedProcess {
  readonly startMs: number;
}

const READY_POLL_MS = 5;
const LOG_MAX_BYTES = 10 * 1024 * 1024;
const LOG_TAIL_LINES = 15;

export async function startServer(spec: ServerSpec): Promise<ManagedServer> {
  let run = await firstLaunch(spec);
  const signalAll = (signal: NodeJS.Signals) => {
    spec.signalContainer?.(signal);
    if (!spec.signalContainer || signal === "SIGKILL") signalTree(run.identity, signal);
  };
  const kill = async () => {
    signalAll("SIGKILL");
    await run.exited;
  };
  const stop = async () => {
    if (!isAlive(run.identity)) return;
    // A paused process takes no signal but this one and SIGKILL.
    signalAll("SIGCONT");
    signalProcess(run.identity.pid, spec.stopSignal);
    if (!(await endsWithin(run, spec.stopGraceMs))) await kill();
  };

  return {
    name: spec.name,
    port: spec.port,
    logFile: spec.logFile,
    get pid() {
      return run.identity.pid;
    },
    get startMs() {
      return run.startMs;
    },
    get exited() {
      return run.exited;
    },
    async restart() {
      await stop();
      run = await launch(spec);
    },
    pause: () => signalAll("SIGSTOP"),
    resume: () => signalAll("SIGCONT"),
    kill,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      giveBack(spec);
    },
  };
}

/** The last lines of a log file, for the error that follows them. */
export function tailOf(logFile: string): string {
  if (!existsSync(logFile)) return "";
  const lines = readFileSync(logFile, "utf8").trimEnd().split("\n");
  return lines.slice(-LOG_TAIL_LINES).join("\n");
}

/** A server that never came up leaves nothing of itself. */
async function firstLaunch(spec: ServerSpec): Promise<Run> {
  try {
    return await launch(spec);
  } catch (error) {
    giveBack(spec);
    throw error;
  }
}

function giveBack(spec: ServerSpec): void {
  spec.lock?.release();
  if (spec.throwAway) rmSync(spec.throwAway, { recursive: true, force: true });
}

async function launch(spec: ServerSpec): Promise<Run> {
  const startedAt = performance.now();
  await spec.beforeStart?.();
  rotate(spec.logFile);
  const log = openSync(spec.logFile, "a", 0o600);
  let run: GuardedProcess;
  try {
    run = await spawnGuarded({
      command: spec.command,
      output: spec.onLine ? ["pipe", "pipe"] : [log, log],
      ...(spec.env && { env: spec.env }),
      ...(spec.cwd && { cwd: spec.cwd }),
      ...(spec.runAs && { runAs: spec.runAs }),
      onOrphaned: {
        signal: spec.stopSignal,
        graceMs: spec.stopGraceMs,
        stage: spec.stage === "program" ? 0 : 1,
        directories: spec.throwAway ? [spec.throwAway] : [],
      },
    });
    if (spec.onLine) handOnLines(run, spec);
  } finally {
    closeSync(log);
  }
  try {
    await untilReady(spec, run);
  } catch (error) {
    spec.signalContainer?.("SIGKILL");
    signalTree(run.identity, "SIGKILL");
    await run.exited;
    throw error;
  }
  return { ...run, startMs: Math.round(performance.now() - startedAt) };
}

function handOnLines(
  { child: { stdout, stderr } }: GuardedProcess,
  { logFile, onLine }: ServerSpec,
): void {
  for (const input of [stdout, stderr]) {
    if (!input) continue;
    // Written before it is shown: the tail of the file explains why a start failed.
    createInterface({ input }).on("line", (line) => {
      appendFileSync(logFile, `${line}\n`);
      onLine?.(line);
    });
  }
}

async function untilReady(spec: ServerSpec, run: GuardedProcess): Promise<void> {
  const giveUpAt = Date.now() + spec.startDeadlineMs;
  let lastFailure: unknown;
  let ended: ProcessExit | undefined;
  void run.exited.then((exit) => {
    ended = exit;
  });
  while (Date.now() < giveUpAt) {
    spec.signal?.throwIfAborted();
    if (ended) {
      const how = ended.signal ?? `exit code ${ended.code}`;
      throw new Error(`${spec.name} ended while starting (${how})${lastWords(spec)}`);
    }
    try {
      if (await spec.isReady(run.identity.pid)) return;
    } catch (error) {
      lastFailure = error;
    }
    await Bun.sleep(READY_POLL_MS);
  }
  throw new Error(`${spec.name} was not ready after ${spec.startDeadlineMs} ms${lastWords(spec)}`, {
    cause: lastFailure,
  });
}

/** What the log ends with, unless its lines were shown as they came. */
function lastWords({ logFile, onLine }: ServerSpec): string {
  return onLine ? "" : `; ${logFile} ends with:\n${tailOf(logFile)}`;
}

async function endsWithin(run: GuardedProcess, ms: number): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const ended = await Promise.race([run.exited.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

function rotate(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > LOG_MAX_BYTES) {
    renameSync(logFile, `${logFile}.1`);
  }
}
