import { createHash } from "node:crypto";
import { resolve } from "node:path";
import postgres from "postgres";
import { type Migration, migrate, readMigrations } from "../migrate.ts";
import { testServers } from "./servers.ts";

/** A database of one test's own, migrated and empty. */
export interface TemporaryDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

const DRIZZLE = resolve(import.meta.dir, "../../../drizzle");
const TEST_DATABASE_PREFIX = "quickbite_test_";
const TEMPLATE_PREFIX = "quickbite_template_";
// Any constant that all test processes agree on.
const TEMPLATE_LOCK = 3_884_120_517;
const TEMPLATE_TRIES_MAX = 5;

/**
 * A new database for a service (`orders`), dropped at the end of the scope. It is cloned from a
 * template that is migrated once for each state of the service's migrations.
 */
export async function temporaryDatabase(service: string): Promise<TemporaryDatabase> {
  return cloneOf(service, readMigrations(resolve(DRIZZLE, service)));
}

/** The same from migrations given; `label` stands in the database's name. */
export async function cloneOf(
  label: string,
  migrations: readonly Migration[],
): Promise<TemporaryDatabase> {
  const { databaseUrl } = await testServers();
  const client = adminOf(databaseUrl);
  const name = `${TEST_DATABASE_PREFIX}${label}_${crypto.randomUUID().slice(0, 8)}`;
  for (let tries = 0; tries < TEMPLATE_TRIES_MAX; tries++) {
    const template = `${TEMPLATE_PREFIX}${label}_${hashOf(migrations)}`;
    if (await cloneTemplate(client, { template, name })) {
      return {
        name,
        url: urlOf(databaseUrl, name),
        async [Symbol.asyncDispose]() {
          await client`DROP DATABASE IF EXISTS ${client(name)} WITH (FORCE)`;
        },
      };
    }
    await buildTemplate(client, { databaseUrl, template, label, migrations });
  }
  throw new Error(`the template for ${label} was replaced ${TEMPLATE_TRIES_MAX} times meanwhile`);
}

let admin: postgres.Sql | undefined;

/** Lives as long as the process; its connections close when they have been idle. */
function adminOf(databaseUrl: string): postgres.Sql {
  admin ??= postgres(databaseUrl, { max: 4, idle_timeout: 5, onnotice: () => undefined });
  return admin;
}

/** Clones the template, unless there is none (any more). */
function cloneTemplate(
  client: postgres.Sql,
  { template, name }: { template: string; name: string },
): Promise<boolean> {
  return whileLocked(client, "shared", async (session) => {
    const found = await session`SELECT FROM pg_database WHERE datname = ${template}`;
    if (found.length === 0) return false;
    await session`CREATE DATABASE ${session(name)} TEMPLATE ${session(template)}`;
    return true;
  });
}

/** Builds a template beside, and renames it when it is whole; older ones of the label go. */
function buildTemplate(
  client: postgres.Sql,
  wanted: {
    databaseUrl: string;
    template: string;
    label: string;
    migrations: readonly Migration[];
  },
): Promise<void> {
  return whileLocked(client, "exclusive", async (session) => {
    const templates = await session<{ name: string }[]>`
      SELECT datname AS name FROM pg_database
      WHERE starts_with(datname, ${`${TEMPLATE_PREFIX}${wanted.label}_`})`;
    if (templates.some(({ name }) => name === wanted.template)) return;
    for (const { name } of templates) await session`DROP DATABASE ${session(name)} WITH (FORCE)`;

    const unfinished = `${TEMPLATE_PREFIX}${wanted.label}_new`;
    await session`CREATE DATABASE ${session(unfinished)}`;
    await migrate(urlOf(wanted.databaseUrl, unfinished), wanted.migrations);
    await session`ALTER DATABASE ${session(unfinished)} RENAME TO ${session(wanted.template)}`;
  });
}

async function whileLocked<Result>(
  client: postgres.Sql,
  mode: "shared" | "exclusive",
  work: (session: postgres.ReservedSql) => Promise<Result>,
): Promise<Result> {
  const session = await client.reserve();
  try {
    if (mode === "shared") await session`SELECT pg_advisory_lock_shared(${TEMPLATE_LOCK})`;
    else await session`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`;
    return await work(session);
  } finally {
    await session`SELECT pg_advisory_unlock_all()`;
    session.release();
  }
}

function hashOf(migrations: readonly Migration[]): string {
  const hash = createHash("sha256");
  for (const { name, hash: content } of migrations) hash.update(`${name} ${content}\n`);
  return hash.digest("hex").slice(0, 16);
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
