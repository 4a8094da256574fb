import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ManagedServer, startServer } from "@app/dev/infrastructure/managed-server.ts";
import type { CrashPointName } from "@app/platform/crash-point.ts";
import { shortLived } from "@app/platform/testing/short-lived.ts";
import { type Exclusively, turns } from "./turns.ts";

export type ServiceName = "orders" | "inventory";

/** One process of a service, restarted whenever it ends, as systemd or Kubernetes would. */
export interface Replica extends AsyncDisposable {
  readonly service: ServiceName;
  /** 0 or 1. */
  readonly index: number;
  /** `orders 0`. */
  readonly name: string;
  /** By way of the client's link. */
  readonly url: string;
  /** Past all proxies. */
  readonly directUrl: string;
  readonly pid: number;
  readonly exclusively: Exclusively;
  /** Ends the process; it comes back by itself. */
  signal(name: "SIGKILL" | "SIGTERM"): void;
  pause(): void;
  resume(): void;
  /** Kills the process, and starts it to kill itself at the n-th arrival at a crash point. */
  rearm(point: CrashPointName, arrival: number): Promise<void>;
  /** Kills the process, and starts it with its clock so far ahead. */
  skewClock(byMs: number): Promise<void>;
  /** Kills a process that was armed or has a wrong clock, so that it starts without. */
  disarm(): Promise<void>;
  /** How often each crash point killed this replica. */
  crashes(point: CrashPointName): number;
  /** How often the process was started. */
  readonly starts: number;
  /** Resolves once it answers that it is ready. */
  ready(deadlineMs: number): Promise<void>;
  /** SIGTERM for good: resolves with how it ended, `SIGKILL` after its grace period. */
  stop(): Promise<string>;
}

export interface ReplicaSettings {
  readonly service: ServiceName;
  readonly index: number;
  readonly ports: { readonly main: number; readonly grpc: number; readonly metrics: number };
  readonly url: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Bun's own arguments, such as `--preload`. */
  readonly bunArguments: readonly string[];
}

interface Armed {
  readonly point: CrashPointName;
  readonly arrival: number;
  readonly crashesBefore: number;
}

const REPOSITORY = resolve(import.meta.dir, "../..");
const STOP_GRACE_MS = 15_000;
const RESTART_PAUSE_MS = 50;
const STARTS_MAX = 200;
const READY_POLL_MS = 25;

export async function startReplica(settings: ReplicaSettings): Promise<Replica> {
  const { service, index, ports } = settings;
  const name = `${service} ${index}`;
  const directUrl = `http://127.0.0.1:${ports.main}`;
  const logFile = join(settings.directory, `${service}-${index}.log`);
  let armed: Armed | undefined;
  let skewMs = 0;
  let ending = false;
  let starts = 1;

  const server = await startServer({
    name,
    port: ports.main,
    logFile,
    command: [
      process.execPath,
      "--preload",
      join(import.meta.dir, "programs/preload.ts"),
      ...settings.bunArguments,
      join(REPOSITORY, "services", service, "main.ts"),
    ],
    cwd: REPOSITORY,
    // Read at each start.
    get env() {
      const point = armed && { CRASH_POINT: `${armed.point}:${armed.arrival}` };
      const clock = skewMs !== 0 && { CLOCK_SKEW_MS: String(skewMs) };
      return { ...environmentOf(settings), ...point, ...clock };
    },
    stopSignal: "SIGTERM",
    stopGraceMs: STOP_GRACE_MS,
    startDeadlineMs: STOP_GRACE_MS,
    // A process that waits for its database is up, and may be killed like any other.
    isReady: async () => true,
    stage: "program",
  });

  const keepRunning = async () => {
    while (!ending && starts < STARTS_MAX) {
      await server.exited;
      await Bun.sleep(RESTART_PAUSE_MS);
      if (ending) return;
      if (armed && crashesAt(logFile, armed.point) > armed.crashesBefore) armed = undefined;
      // One that is killed while it starts counts as started.
      await server.restart().catch(() => undefined);
      starts += 1;
    }
  };
  const kept = keepRunning();

  const signal = (name: "SIGKILL" | "SIGTERM") => sendSignal(server, name);
  const afterRestart = async (act: () => void) => {
    const before = starts;
    act();
    while (starts === before && !ending) await Bun.sleep(READY_POLL_MS);
  };

  return {
    service,
    index,
    name,
    url: settings.url,
    directUrl,
    get pid() {
      return server.pid;
    },
    get starts() {
      return starts;
    },
    exclusively: turns(),
    signal,
    pause: () => server.pause(),
    resume: () => server.resume(),
    rearm(point, arrival) {
      armed = { point, arrival, crashesBefore: crashesAt(logFile, point) };
      return afterRestart(() => signal("SIGKILL"));
    },
    skewClock(byMs) {
      skewMs = byMs;
      return afterRestart(() => signal("SIGKILL"));
    },
    async disarm() {
      if (armed === undefined && skewMs === 0) return;
      armed = undefined;
      skewMs = 0;
      await afterRestart(() => signal("SIGKILL"));
    },
    crashes: (point) => crashesAt(logFile, point),
    async ready(deadlineMs) {
      const giveUpAt = performance.now() + deadlineMs;
      while (performance.now() < giveUpAt) {
        if (await isReady(directUrl)) return;
        await Bun.sleep(READY_POLL_MS);
      }
      throw new Error(`${name} was not ready within ${deadlineMs} ms`);
    },
    async stop() {
      ending = true;
      await server.stop();
      const { code, signal } = await server.exited;
      await kept;
      return signal ?? String(code);
    },
    async [Symbol.asyncDispose]() {
      ending = true;
      await server.kill();
      await kept;
      await server[Symbol.asyncDispose]();
    },
  };
}

function environmentOf({ ports, environment }: ReplicaSettings): Record<string, string> {
  const kept = ["PATH", "HOME", "TMPDIR", "TZ", "LANG"];
  const own = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(own),
    AUTH: "optional",
    // All customers of the run come from one address.
    STREAMS_PER_CALLER_MAX: "10000",
    PORT: String(ports.main),
    GRPC_PORT: String(ports.grpc),
    METRICS_PORT: String(ports.metrics),
    // Few live longer than until the next fault.
    ...shortLived,
    ...environment,
  };
}

/** The process may have ended a moment ago. */
function sendSignal({ pid }: ManagedServer, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    return ok;
  } catch {
    return false;
  }
}

function crashesAt(logFile: string, point: CrashPointName): number {
  if (!existsSync(logFile)) return 0;
  return readFileSync(logFile, "utf8").split(`crash point ${point} reached`).length - 1;
}
