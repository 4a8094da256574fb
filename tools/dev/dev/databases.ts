import { join } from "node:path";
import { migrate, readMigrations } from "@app/platform/migrate.ts";
import postgres from "postgres";
import { POSTGRES_MAJOR_MIN } from "../infrastructure/postgres-binaries.ts";
import { Advice } from "./advice.ts";

/** What was done to one service's database. */
export interface DatabaseChange {
  readonly database: string;
  readonly created: boolean;
  /** The names of the migrations that were applied. */
  readonly applied: readonly string[];
}

const DUPLICATE_DATABASE = "42P04";
const CONNECT_SECONDS_MAX = 10;

/** The URL of a service's own database on the server. */
export function databaseUrlOf(serverUrl: string, service: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${databaseOf(service)}`;
  return url.href;
}

/** Makes each service's database where it is missing, and brings all to their newest migration. */
export async function prepareDatabases(
  repository: string,
  serverUrl: string,
  services: readonly string[],
): Promise<DatabaseChange[]> {
  const missing = await createMissing(serverUrl, services.map(databaseOf));
  return Promise.all(
    services.map(async (service) => ({
      database: databaseOf(service),
      created: missing.has(databaseOf(service)),
      applied: await migrateService(repository, serverUrl, service),
    })),
  );
}

/** What is new is on the disk when this is done, so that recovery after a crash has little to do. */
export async function checkpoint(serverUrl: string): Promise<void> {
  const client = postgres(serverUrl, { max: 1, connect_timeout: CONNECT_SECONDS_MAX });
  try {
    await client`CHECKPOINT`;
  } finally {
    await client.end({ timeout: 1 });
  }
}

/** Applies what is new in `drizzle/<service>`. */
export async function migrateService(
  repository: string,
  serverUrl: string,
  service: string,
): Promise<string[]> {
  try {
    const migrations = readMigrations(join(repository, "drizzle", service));
    return await migrate(databaseUrlOf(serverUrl, service), migrations);
  } catch (cause) {
    throw new Advice(
      `${databaseOf(service)} cannot be migrated: ${cause instanceof Error ? cause.message : cause}`,
      "`bun run dev --fresh` begins with empty databases.",
      { cause },
    );
  }
}

function databaseOf(service: string): string {
  return `quickbite_${service}`;
}

async function createMissing(
  serverUrl: string,
  databases: readonly string[],
): Promise<ReadonlySet<string>> {
  const client = postgres(serverUrl, {
    max: databases.length,
    connect_timeout: CONNECT_SECONDS_MAX,
    onnotice: () => undefined,
  });
  try {
    await checkVersion(client);
    const rows = await client<{ name: string }[]>`SELECT datname AS name FROM pg_database`;
    const there = new Set(rows.map(({ name }) => name));
    const missing = databases.filter((name) => !there.has(name));
    await Promise.all(missing.map((name) => create(client, name)));
    return new Set(missing);
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function create(client: postgres.Sql, name: string): Promise<void> {
  try {
    await client`CREATE DATABASE ${client(name)}`;
  } catch (error) {
    // Another run on the same server was faster.
    if (error instanceof postgres.PostgresError && error.code === DUPLICATE_DATABASE) return;
    throw error;
  }
}

async function checkVersion(client: postgres.Sql): Promise<void> {
  let number: number;
  try {
    const [row] = await client<{ number: string }[]>`
      SELECT current_setting('server_version_num') AS number`;
    number = Number(row?.number);
  } catch (cause) {
    throw new Advice(
      `Postgres does not answer: ${cause instanceof Error ? cause.message : cause}`,
      "Check DATABASE_URL, or unset it to run a Postgres that comes with this repository.",
      { cause },
    );
  }
  const major = Math.floor(number / 10_000);
  if (major >= POSTGRES_MAJOR_MIN) return;
  throw new Advice(
    `DATABASE_URL names a Postgres ${major}, needed is ${POSTGRES_MAJOR_MIN} or newer.`,
    "Unset it to run one that comes with this repository.",
  );
}
