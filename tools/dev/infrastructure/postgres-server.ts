import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { containerName, removeContainer, runCommand, signalContainer } from "./container.ts";
import { dataDirectoryLock } from "./data-directory.ts";
import { type ManagedServer, type ServerSpec, startServer } from "./managed-server.ts";
import { endOrphan } from "./orphan.ts";
import { freePort } from "./ports.ts";
import type { PostgresBinaries, PostgresProgram } from "./postgres-binaries.ts";
import { dataDirectory, environment, passwordOf } from "./postgres-data.ts";
import type { SmallDisk } from "./small-disk.ts";
import { unprivilegedAccount } from "./unprivileged.ts";

export interface PostgresOptions {
  readonly program: PostgresProgram;
  /** Holds `data/`, the log, the password and the lock; made when missing. */
  readonly directory: string;
  readonly port?: number;
  /** Off only where a test may lose its data in a power cut. */
  readonly durable?: boolean;
  /** Spends some writing all the time on starting sooner after a crash. */
  readonly quickRecovery?: boolean;
  /** Removes the directory after the last stop. */
  readonly throwAway?: boolean;
  /** Where `data/` lies on a disk of its own, which holds a copy of it already. */
  readonly disk?: Pick<SmallDisk, "enterAsNobody" | "outside">;
}

export interface PostgresServer extends ManagedServer {
  /** The superuser's URL of the database `postgres`. */
  readonly url: string;
}

const MAX_CONNECTIONS = 300;
const START_DEADLINE_MS = 30_000;
// The first run of an image pulls it.
const PULL_DEADLINE_MS = 300_000;
const STOP_GRACE_MS = 15_000;

/** Starts Postgres on 127.0.0.1, making its data directory at the first start. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { program, directory } = options;
  mkdirSync(directory, { recursive: true });
  const lock = dataDirectoryLock(directory, "Postgres");
  try {
    const port = options.port ?? (await freePort());
    const password = passwordOf(directory);
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const how =
      "image" in program
        ? inContainer(options, { image: program.image, port, password, url })
        : await fromBinaries(options, program, port);
    const server = await startServer({
      name: "Postgres",
      port,
      logFile: join(directory, "postgres.log"),
      // Fast shutdown: open sessions are ended, everything committed is on disk.
      stopSignal: "SIGINT",
      stopGraceMs: STOP_GRACE_MS,
      lock,
      ...how,
      ...(options.throwAway && { throwAway: directory }),
    });
    return Object.assign(server, { url });
  } catch (error) {
    lock.release();
    throw error;
  }
}

type How = Pick<
  ServerSpec,
  "command" | "env" | "runAs" | "startDeadlineMs" | "isReady" | "beforeStart" | "signalContainer"
>;

async function fromBinaries(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  port: number,
): Promise<How> {
  const program = join(binaries.directory, "postgres");
  const account = unprivilegedAccount([options.directory, program]);
  const data = await dataDirectory(options.directory, binaries, account);
  const { disk } = options;
  const seen = disk?.outside ?? data;
  const places = settings({ port, listen_addresses: "127.0.0.1", unix_socket_directories: "" });
  return {
    command: [
      ...(disk?.enterAsNobody ?? account.prefix),
      program,
      "-D",
      data,
      ...places,
      ...settings(behaviour(options)),
    ],
    env: environment(),
    ...(account.runAs && !disk && { runAs: account.runAs }),
    startDeadlineMs: START_DEADLINE_MS,
    isReady: async (pid) => isReady(seen, pid),
    beforeStart: () =>
      endOrphan({ pidFile: join(seen, "postmaster.pid"), directory: data, signal: "SIGINT" }),
  };
}

function inContainer(
  options: PostgresOptions,
  from: { image: string; port: number; password: string; url: string },
): How {
  const name = containerName(options.directory);
  const outside = join(options.directory, "container");
  mkdirSync(outside, { recursive: true });
  return {
    command: runCommand({
      image: from.image,
      name,
      port: { outside: from.port, inside: 5432 },
      mount: { outside, inside: "/var/lib/postgresql" },
      variables: ["POSTGRES_PASSWORD"],
      args: settings(behaviour(options)),
    }),
    env: { ...process.env, POSTGRES_PASSWORD: from.password },
    startDeadlineMs: PULL_DEADLINE_MS,
    isReady: () => answers(from.url),
    beforeStart: () => removeContainer(name),
    signalContainer: (signal) => signalContainer(name, signal),
  };
}

function behaviour({
  durable = true,
  quickRecovery = false,
}: PostgresOptions): Record<string, string | number> {
  return {
    ...(quickRecovery && { checkpoint_timeout: "30s" }),
    // After a crash all files are synced before anything else: one by one that takes seconds.
    ...(quickRecovery && process.platform === "linux" && { recovery_init_sync_method: "syncfs" }),
    max_connections: MAX_CONNECTIONS,
    fsync: durable ? "on" : "off",
    synchronous_commit: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
    timezone: "UTC",
    log_timezone: "UTC",
    password_encryption: "scram-sha-256",
  };
}

function settings(values: Record<string, string | number>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** postmaster.pid: pid, data directory, start time, port, …, and `ready` in the eighth line. */
function isReady(data: string, pid: number): boolean {
  const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}

async function answers(url: string): Promise<boolean> {
  const client = postgres(url, { max: 1, connect_timeout: 1 });
  try {
    return (await client`SELECT 1`).length === 1;
  } finally {
    await client.end({ timeout: 1 });
  }
}
