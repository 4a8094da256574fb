import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ManagedServer, startServer } from "@app/dev/infrastructure/managed-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { KEEPER_DIRECTORY } from "@app/dev/test-infrastructure/protocol.ts";
import { devSigningKeySecret } from "../signing-key-secret.ts";
import { shortLived } from "./short-lived.ts";

/** A service that runs as a process of its own, as in production. */
export interface RunningService extends AsyncDisposable {
  readonly name: string;
  /** Of the main port. */
  readonly url: string;
  readonly ports: ServicePorts;
  /** To be stopped, killed, paused and restarted at will, always on the same ports. */
  readonly process: ManagedServer;
  /** What it has logged so far, over all its runs. */
  logs(): readonly LogLine[];
}

export interface ServicePorts {
  readonly main: number;
  readonly grpc: number;
  readonly metrics: number;
}

/** One line of the service's log; one that is no JSON (a crash) stands whole under `message`. */
export interface LogLine {
  readonly level?: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface ServiceOptions {
  /** The TypeScript program to run instead of `services/<name>/main.ts`. */
  readonly program?: string;
  /** Off to go on as soon as it answers at all, ready or not. */
  readonly untilReady?: boolean;
  /** The main port, where others have to know it beforehand. */
  readonly port?: number;
  /** How long it may take until it answers. */
  readonly startDeadlineMs?: number;
}

const REPOSITORY = resolve(import.meta.dir, "../../..");
const START_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const PROBE_DEADLINE_MS = 1_000;

/**
 * Starts a service on free ports and waits until it is ready. The environment given comes on top
 * of ports, `AUTH=optional` and a development run's secret; nothing else of the test's own
 * environment but the system's.
 */
export async function startService(
  name: string,
  environment: Readonly<Record<string, string>>,
  { program, untilReady = true, port, startDeadlineMs = START_DEADLINE_MS }: ServiceOptions = {},
): Promise<RunningService> {
  const ports = {
    main: port ?? (await freePort()),
    grpc: await freePort(),
    metrics: await freePort(),
  };
  const url = `http://127.0.0.1:${ports.main}`;
  const directory = join(KEEPER_DIRECTORY, "services", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const logFile = join(directory, `${name}.log`);

  const server = await startServer({
    name,
    port: ports.main,
    logFile,
    command: commandOf(name, program),
    cwd: REPOSITORY,
    env: {
      ...systemEnvironment(),
      ...(isCompiled && shortLived),
      AUTH: "optional",
      SIGNING_KEY_SECRET: devSigningKeySecret,
      AUTHOR_SECRET: devSigningKeySecret,
      PORT: String(ports.main),
      GRPC_PORT: String(ports.grpc),
      METRICS_PORT: String(ports.metrics),
      ...environment,
    },
    stopSignal: "SIGTERM",
    stopGraceMs: STOP_GRACE_MS,
    startDeadlineMs,
    isReady: async () => {
      const signal = AbortSignal.timeout(PROBE_DEADLINE_MS);
      const { ok } = await fetch(`${url}/readyz`, { signal });
      return ok || !untilReady;
    },
    stage: "program",
    throwAway: directory,
  });
  return {
    name,
    url,
    ports,
    process: server,
    logs: () => readLog(logFile),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A run of all tests compiles the services first: each of hundreds of starts takes half the time. */
const executables = process.env.QUICKBITE_TEST_EXECUTABLES;
const isCompiled = Boolean(executables);

function commandOf(name: string, program: string | undefined): readonly string[] {
  if (executables && program === undefined) return [join(executables, `quickbite-${name}`)];
  return [process.execPath, program ?? join(REPOSITORY, "services", name, "main.ts")];
}

/** What any program needs, and none of the engineer's settings for our services. */
function systemEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "TMPDIR", "TZ", "LANG"];
  return Object.fromEntries(kept.flatMap((name) => entryOf(name, process.env[name])));
}

function entryOf(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function readLog(file: string): LogLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").trimEnd().split("\n").map(parseLine);
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line);
  } catch {
    return { message: line };
  }
}
