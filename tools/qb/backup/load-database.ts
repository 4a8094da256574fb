import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { migrate, migrationsOf } from "@app/platform/migrate.ts";
import type postgres from "postgres";
import { z } from "zod";
import { Failure } from "../failure.ts";
import type { StoredDatabase } from "./manifest.ts";
import type { ServiceDatabase } from "./service-databases.ts";
import { openSession } from "./session.ts";

const lockWaitMs = 10_000;
const session = { name: "qb restore", lockTimeoutMs: lockWaitMs };

/** These tell nothing of what a database was used for. */
const filledByMigrations: ReadonlySet<string> = new Set(["schema_migrations", "event_view_state"]);

/** Who is connected beside us, and the tables that hold what somebody made. */
export async function stateOf(database: ServiceDatabase): Promise<{
  readonly sessions: readonly string[];
  readonly filled: readonly string[];
}> {
  await using opened = new AsyncDisposableStack();
  const sql = await openSession(database, opened, session);
  // Of a session of a role that ours is no member of, as an owner is not of who uses its tables, Postgres hides
  // what kind it is. It shows whose it is, and what works for nobody, such as an autovacuum, has no role.
  const others = await sql<{ name: string }[]>`
    select distinct coalesce(nullif(application_name, ''), usename, '?') as name
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null`;
  const filled: string[] = [];
  for (const name of await tablesOf(sql)) {
    if (filledByMigrations.has(name)) continue;
    if ((await sql`select from ${sql(name)} limit 1`).length > 0) filled.push(name);
  }
  return { sessions: others.map(({ name }) => name), filled };
}

/** Refuses a backup whose tables this release does not know how to make. */
export function checkMigrations({ service, migrations }: StoredDatabase): void {
  const known = new Map(migrationsOf(service).map(({ name, hash }) => [name, hash]));
  const unknown = migrations.find(({ name, hash }) => known.get(name) !== hash);
  if (!unknown) return;
  throw new Failure(
    "refused",
    `the backup of ${service} has the migration ${unknown.name}, which this release does not know`,
    { next: "restore with the release that made the backup, then upgrade" },
  );
}

/**
 * Makes a database as it was backed up: drops what it holds, makes the tables by the migrations of
 * then, fills them in one transaction, and migrates to the present. Sequences go on so much behind
 * their last number, and behind what the database that is replaced had given. Interrupted, it leaves tables without rows, and can be repeated.
 */
export async function loadDatabase(
  database: ServiceDatabase,
  stored: StoredDatabase,
  { folder, skipIds, onTable }: LoadOptions,
): Promise<void> {
  const then = new Set(stored.migrations.map(({ name }) => name));
  const migrations = migrationsOf(database.service);
  await using opened = new AsyncDisposableStack();
  const sql = await openSession(database, opened, session);
  const given = await sequencesOf(sql);
  await dropTables(sql);
  await migrate(
    database.url,
    migrations.filter(({ name }) => then.has(name)),
  );
  await sql`begin`;
  const byName = new Map(stored.tables.map((table) => [table.name, table]));
  const names = await parentsFirst(sql, [...byName.keys()]);
  for (const name of names) await sql`truncate ${sql(name)} cascade`;
  for (const name of names) {
    const table = byName.get(name);
    if (!table || table.rows === 0) continue;
    onTable(name);
    await fill(sql, table, join(folder, table.file));
  }
  for (const { name, last } of stored.sequences) {
    const [skipped, before] = [BigInt(last ?? 0) + skipIds, given.get(name) ?? 0n];
    const next = skipped > before ? skipped : before;
    await sql`select setval(${name}::regclass, ${next.toString()})`;
  }
  await sql`commit`;
  await sql`analyze`;
  await migrate(database.url, migrations);
}

export interface LoadOptions {
  readonly folder: string;
  /** More than were given since the backup. */
  readonly skipIds: bigint;
  readonly onTable: (table: string) => void;
}

/** One by one, and not with their schema: who may do what in it is the schema's. */
async function dropTables(sql: postgres.ReservedSql): Promise<void> {
  await sql`begin`;
  for (const name of await tablesOf(sql)) await sql`drop table ${sql(name)} cascade`;
  for (const name of (await sequencesOf(sql)).keys()) await sql`drop sequence ${sql(name)} cascade`;
  await sql`commit`;
}

async function tablesOf(sql: postgres.ReservedSql): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`;
  return rows.map(({ name }) => name);
}

/** The last number that each has given. */
async function sequencesOf(sql: postgres.ReservedSql): Promise<ReadonlyMap<string, bigint>> {
  const rows = await sql<{ name: string; last: string }[]>`
    select sequencename as name, coalesce(last_value, 0)::text as last
    from pg_sequences where schemaname = 'public'`;
  return new Map(rows.map(({ name, last }) => [name, BigInt(last)]));
}

/** Tables that others refer to stand before those. */
async function parentsFirst(
  sql: postgres.ReservedSql,
  names: readonly string[],
): Promise<readonly string[]> {
  const references = await sql<{ child: string; parent: string }[]>`
    select distinct c.relname as child, p.relname as parent from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
    where k.contype = 'f' and k.conrelid <> k.confrelid`;
  const ordered: string[] = [];
  const place = (name: string, below: readonly string[]) => {
    if (ordered.includes(name) || below.includes(name)) return;
    for (const { child, parent } of references) if (child === name) place(parent, [...below, name]);
    ordered.push(name);
  };
  for (const name of names) place(name, []);
  return ordered;
}

async function fill(
  sql: postgres.ReservedSql,
  { name, columns, rows }: StoredDatabase["tables"][number],
  path: string,
): Promise<void> {
  const copy = await sql`copy ${sql(name)} (${sql(columns)}) from stdin`.writable();
  const broken = Promise.withResolvers<never>();
  copy.on("error", broken.reject);
  broken.promise.catch(() => undefined); // Heard where it is raced.
  for await (const chunk of createReadStream(path).pipe(createGunzip())) {
    const drained = Promise.withResolvers<void>();
    copy.write(chunk, () => drained.resolve());
    await Promise.race([drained.promise, broken.promise]);
  }
  copy.end();
  const count = await countOnce(sql, name);
  if (count === rows) return;
  throw new Failure("failed", `${name} took ${count} of ${rows} rows`);
}

const copyEndsWithinMs = 600_000;

/**
 * The driver answers for no copy that fails at its end, so its end is when the next statement is
 * answered; until then the driver refuses others.
 */
async function countOnce(sql: postgres.ReservedSql, table: string): Promise<number> {
  const untilMs = performance.now() + copyEndsWithinMs;
  for (;;) {
    try {
      const [found] = await sql`select count(*)::int as count from ${sql(table)}`;
      return z.object({ count: z.int() }).parse(found).count;
    } catch (error) {
      const isCopying =
        error instanceof Error && "code" in error && error.code === "COPY_IN_PROGRESS";
      if (!isCopying || performance.now() > untilMs) throw error;
      await Bun.sleep(1);
    }
  }
}
