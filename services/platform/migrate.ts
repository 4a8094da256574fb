import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { z } from "zod";
import { crashPoint } from "./crash-point.ts";
import type { Database } from "./postgres.ts";
import { requirePostgres } from "./server-versions.ts";
import { shippedFiles } from "./shipped-files.ts";

/** One migration as drizzle-kit generates it. */
export interface Migration {
  readonly name: string;
  /** SHA-256 of the file's text, in hex. */
  readonly hash: string;
  readonly statements: readonly string[];
}

const Journal = z.object({
  entries: z.array(z.object({ idx: z.number().int(), tag: z.string().regex(/^[\w-]+$/) })),
});

const BREAKPOINT = "--> statement-breakpoint";
// Any constant will do, as long as all that migrate the same database agree on it.
const LOCK_KEY = 7_261_988_341;
// Waiting for another migration to finish has an end as well.
const LOCK_TIMEOUT_MS = 120_000;

/** The migrations of a folder such as `drizzle/orders`, oldest first. */
export function readMigrations(folder: string): Migration[] {
  const journal = Journal.parse(
    JSON.parse(readFileSync(join(folder, "meta/_journal.json"), "utf8")),
  );
  return journal.entries
    .toSorted((a, b) => a.idx - b.idx)
    .map(({ tag }) => {
      const text = readFileSync(join(folder, `${tag}.sql`), "utf8");
      return {
        name: tag,
        hash: createHash("sha256").update(text).digest("hex"),
        statements: text.split(BREAKPOINT).filter((statement) => statement.trim() !== ""),
      };
    });
}

/** The migrations of one service's database. */
export const migrationsOf = (service: string): Migration[] =>
  readMigrations(join(shippedFiles, "drizzle", service));

/** The names of migrations that a database still lacks. Rejects when it was never migrated. */
export async function pendingMigrations(
  { q }: Database,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const rows = await q.execute<{ name: string }>(sql`select name from schema_migrations`);
  const applied = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

/**
 * Brings a database to the folder's newest migration and returns the names of those it applied.
 * Each runs in a transaction of its own with the row that records it; an advisory lock makes others
 * that start at the same time wait, and then find nothing to do. Throws when a migration that was
 * applied has since been changed, or when a new one stands before it.
 */
export async function migrate(
  databaseUrl: string,
  migrations: readonly Migration[],
): Promise<string[]> {
  const client = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const [server] = await client<{ server_version: string }[]>`SHOW server_version`;
    requirePostgres(server?.server_version ?? "unknown");
    await client`SELECT set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, false)`;
    await client`SELECT pg_advisory_lock(${LOCK_KEY})`;
    const pending = pendingOf(migrations, await appliedTo(client));
    for (const migration of pending) await apply(client, migration);
    await keepRecords(client);
    return pending.map(({ name }) => name);
  } finally {
    // The session ends here, and with it the lock.
    await client.end({ timeout: 5 });
  }
}

async function appliedTo(client: postgres.Sql): Promise<Map<string, string>> {
  await client`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY,
      hash text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`;
  const rows = await client<
    { name: string; hash: string }[]
  >`SELECT name, hash FROM schema_migrations`;
  return new Map(rows.map(({ name, hash }) => [name, hash]));
}

/** Migrations are never edited after they were applied somewhere: the next one corrects the last. */
function pendingOf(migrations: readonly Migration[], applied: Map<string, string>): Migration[] {
  for (const { name, hash } of migrations) {
    const before = applied.get(name);
    if (before !== undefined && before !== hash) {
      throw new Error(
        `migration ${name} was changed after it had been applied to this database: ` +
          "restore its text and put the change into a new migration",
      );
    }
  }
  const pending = migrations.filter(({ name }) => !applied.has(name));
  const [first] = pending;
  const last = migrations.findLast(({ name }) => applied.has(name));
  if (first && last && migrations.indexOf(first) < migrations.indexOf(last)) {
    throw new Error(
      `migration ${first.name} stands before ${last.name}, which this database already has: ` +
        "generate it again so that it comes last",
    );
  }
  return pending;
}

/**
 * What was done and by whom, and what was migrated, is written once: a role that uses the tables is given every right
 * on new ones, and loses here those to rewrite these two. Only the owner's own grants can be taken back.
 */
async function keepRecords(client: postgres.Sql): Promise<void> {
  await client`
    DO $$
    DECLARE given record;
    BEGIN
      FOR given IN
        SELECT DISTINCT table_name, grantee FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND table_name IN ('audit', 'schema_migrations')
          AND grantor = current_user AND grantee <> current_user
          AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
      LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON public.%I FROM %I',
          given.table_name, given.grantee);
        IF given.table_name = 'schema_migrations' THEN
          EXECUTE format('REVOKE INSERT ON public.schema_migrations FROM %I', given.grantee);
        END IF;
      END LOOP;
    END $$`;
}

async function apply(client: postgres.Sql, { name, hash, statements }: Migration): Promise<void> {
  await client.begin(async (tx) => {
    for (const statement of statements) {
      await tx.unsafe(statement);
      crashPoint("migrate.mid-migration");
    }
    await tx`INSERT INTO schema_migrations (name, hash) VALUES (${name}, ${hash})`;
  });
}
