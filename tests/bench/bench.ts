import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type NatsServer, startNats } from "@app/dev/infrastructure/nats-server.ts";
import { type PostgresServer, startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { identify } from "@app/dev/infrastructure/process-tree.ts";
import { findNats, findPostgres } from "@app/dev/infrastructure.ts";
import { migrate, migrationsOf } from "@app/platform/migrate.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import postgres from "postgres";
import type { Part } from "./processor-time.ts";

/** What all jobs share: one durable Postgres, and whatever they start beside it. */
export interface Bench {
  /** On the disk that is measured; gone at the end. */
  readonly directory: string;
  readonly postgres: PostgresServer;
  /** A new database, migrated as the service's own; lives as long as the bench. */
  database(service: ServiceName): Promise<BenchDatabase>;
  /** An empty database. */
  emptyDatabase(label: string): Promise<BenchDatabase>;
  /** A nats-server of a job's own, because streams have fixed names. */
  broker(): Promise<NatsServer & AsyncDisposable>;
  /** A service as a process of its own, as in production. */
  service(
    name: ServiceName | "web",
    environment: Readonly<Record<string, string>>,
    options?: { readonly untilReady?: boolean },
  ): Promise<RunningService>;
  /** Counts the processor time of a server or service under that name, over its restarts. */
  count(name: string, process: { readonly pid: number }): void;
  /** All that runs, this process included. */
  parts(): readonly Part[];
  /** Says what is being done. */
  step(text: string): void;
}

export type ServiceName = "orders" | "inventory";

export interface BenchDatabase {
  readonly url: string;
  /** For filling and counting. */
  readonly sql: postgres.Sql;
}

/** A busy machine takes its time. */
const startDeadlineMs = 120_000;

/** All addresses that the load comes from lie behind one proxy: each may send a thousand requests a second. */
const TRUSTED_PROXIES = "127.0.0.1";

const benchDirectory = resolve(import.meta.dir, "../../.quickbite/bench");

/**
 * Starts Postgres as in production, all writes synced, and hands out the rest. Everything listens on
 * 127.0.0.1 only and is gone at the end of the scope, also after a kill -9.
 */
export async function openBench(step: (text: string) => void): Promise<Bench & AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  removeLeftovers();
  const directory = join(benchDirectory, `run-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  started.defer(() => rmSync(directory, { recursive: true, force: true }));
  step("starting Postgres");
  const server = started.use(
    await startPostgres({
      program: await findPostgres(),
      directory: join(directory, "postgres"),
      throwAway: true,
    }),
  );
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
  started.defer(() => admin.end({ timeout: 1 }));
  // Then the database knows to the microsecond when each row was committed.
  await admin`alter system set track_commit_timestamp = on`;
  await server.restart();

  const parts: (() => Part)[] = [];
  const count: Bench["count"] = (name, running) =>
    void parts.push(() => ({ name, pid: running.pid }));
  count("load", process);
  count("postgres", server);
  const owned = started.move();
  let databases = 0;
  const emptyDatabase = async (label: string): Promise<BenchDatabase> => {
    databases += 1;
    const name = `bench_${label}_${databases}`;
    await admin`create database ${admin(name)}`;
    const url = new URL(`/${name}`, server.url).href;
    const sql = postgres(url, { max: 2, onnotice: () => undefined });
    owned.defer(() => sql.end({ timeout: 1 }));
    return { url, sql };
  };
  let brokers = 0;
  return {
    directory,
    postgres: server,
    emptyDatabase,
    async database(service) {
      const database = await emptyDatabase(service);
      await migrate(database.url, migrationsOf(service));
      return database;
    },
    async broker() {
      brokers += 1;
      const program = await findNats();
      const own = join(directory, `nats-${brokers}`);
      const broker = await startNats({ program, directory: own, throwAway: true });
      count("broker", broker);
      return broker;
    },
    async service(name, environment, { untilReady = true } = {}) {
      const given = { TRUSTED_PROXIES, ...environment };
      const service = await startService(name, given, { untilReady, startDeadlineMs });
      count(name, service.process);
      return service;
    },
    count,
    parts: () => parts.map((part) => part()),
    step,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What runs left behind that were ended at once; their servers were ended by the watchdog. */
function removeLeftovers(): void {
  if (!existsSync(benchDirectory)) return;
  for (const entry of readdirSync(benchDirectory)) {
    const pid = Number(/^run-(\d+)$/.exec(entry)?.[1] ?? process.pid);
    if (pid === process.pid || identify(pid)) continue;
    rmSync(join(benchDirectory, entry), { recursive: true, force: true });
  }
}
