import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { onCrashPoint } from "./crash-point.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import { cloneOf } from "./testing/database.ts";

const first: Migration = {
  name: "0000_first",
  hash: "1",
  statements: ["CREATE TABLE things (id int PRIMARY KEY)", "INSERT INTO things VALUES (1)"],
};
const second: Migration = {
  name: "0001_second",
  hash: "2",
  statements: ["ALTER TABLE things ADD COLUMN note text"],
};

describe("migrate", () => {
  test("applies what is missing, once and in order", async () => {
    await using database = await emptyDatabase();

    expect(await migrate(database.url, [first])).toEqual(["0000_first"]);
    expect(await migrate(database.url, [first, second])).toEqual(["0001_second"]);
    expect(await migrate(database.url, [first, second])).toEqual([]);

    expect(
      await rowsOf(database.url, "SELECT name, hash FROM schema_migrations ORDER BY name"),
    ).toEqual([
      { name: "0000_first", hash: "1" },
      { name: "0001_second", hash: "2" },
    ]);
  });

  test("lets nobody but the owner rewrite what was done and what was migrated", async () => {
    await using database = await emptyDatabase();
    const user = `quickbite_test_role_${crypto.randomUUID().slice(0, 8)}`;
    const run = (text: string) => rowsOf(database.url, text);
    await run(`CREATE ROLE ${user}`);
    try {
      await run(`ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO ${user}`);
      // As where the rights were given before anything was migrated.
      await run("DROP TABLE IF EXISTS schema_migrations");
      const audit = { name: "0000_audit", hash: "1", statements: ["CREATE TABLE audit (id int)"] };
      await migrate(database.url, [audit]);
      await run("CREATE TABLE things (id int)");

      const rights = await run(`
        SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS may
        FROM information_schema.role_table_grants WHERE grantee = '${user}' GROUP BY 1 ORDER BY 1`);
      expect(rights).toEqual([
        { table_name: "audit", may: "INSERT SELECT" },
        { table_name: "schema_migrations", may: "SELECT" },
        { table_name: "things", may: "DELETE INSERT SELECT TRUNCATE UPDATE" },
      ]);
    } finally {
      await run(`DROP OWNED BY ${user}`);
      await run(`DROP ROLE ${user}`);
    }
  });

  test("leaves nothing of a migration that ended halfway, and applies it whole the next time", async () => {
    await using database = await emptyDatabase();
    const crash = onCrashPoint((name) => {
      if (name === "migrate.mid-migration") throw new Error("the process ended");
    });

    await expect(migrate(database.url, [first])).rejects.toThrow("the process ended");
    crash[Symbol.dispose]();

    expect(await migrate(database.url, [first])).toEqual(["0000_first"]);
    expect(await rowsOf(database.url, "SELECT id FROM things")).toEqual([{ id: 1 }]);
  });

  test("of several that start at once, one applies each migration", async () => {
    await using database = await emptyDatabase();

    const applied = await Promise.all(
      Array.from({ length: 5 }, () => migrate(database.url, [first, second])),
    );

    expect(applied.flat().sort()).toEqual(["0000_first", "0001_second"]);
    expect(await rowsOf(database.url, "SELECT id FROM things")).toEqual([{ id: 1 }]);
  });

  test("keeps nothing of a migration that fails half way", async () => {
    await using database = await emptyDatabase();
    const broken = { ...first, statements: [...first.statements, "SELECT 1 / 0"] };

    await expect(migrate(database.url, [broken])).rejects.toThrow("division by zero");

    expect(await rowsOf(database.url, "SELECT name FROM schema_migrations")).toEqual([]);
    expect(await migrate(database.url, [first])).toEqual(["0000_first"]);
  });

  test("refuses a migration that was changed after it had been applied", async () => {
    await using database = await emptyDatabase();
    await migrate(database.url, [first]);

    const changed = migrate(database.url, [{ ...first, hash: "other" }, second]);

    await expect(changed).rejects.toThrow("migration 0000_first was changed after");
    expect(await rowsOf(database.url, "SELECT name FROM schema_migrations")).toHaveLength(1);
  });

  test("refuses a new migration that stands before one already applied", async () => {
    await using database = await emptyDatabase();
    await migrate(database.url, [first]);

    const inserted = migrate(database.url, [{ ...second, name: "0000_earlier" }, first]);

    await expect(inserted).rejects.toThrow("0000_earlier stands before 0000_first");
  });
});

describe("readMigrations", () => {
  test("reads a drizzle folder in the journal's order, cut at its breakpoints", () => {
    const folder = mkdtempSync(join(tmpdir(), "migrations-"));
    mkdirSync(join(folder, "meta"));
    const entries = [
      { idx: 1, tag: "0001_b" },
      { idx: 0, tag: "0000_a" },
    ];
    writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ entries }));
    writeFileSync(
      join(folder, "0000_a.sql"),
      "CREATE TABLE a ();--> statement-breakpoint\nCREATE TABLE b ();\n",
    );
    writeFileSync(join(folder, "0001_b.sql"), "DROP TABLE a;");

    const migrations = readMigrations(folder);

    expect(
      migrations.map(({ name, statements }) => [name, statements.map((each) => each.trim())]),
    ).toEqual([
      ["0000_a", ["CREATE TABLE a ();", "CREATE TABLE b ();"]],
      ["0001_b", ["DROP TABLE a;"]],
    ]);
    expect(migrations[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    rmSync(folder, { recursive: true });
  });
});

const emptyDatabase = () => cloneOf("empty", []);

async function rowsOf(url: string, query: string): Promise<Record<string, unknown>[]> {
  const client = postgres(url, { max: 1 });
  try {
    return [...(await client.unsafe(query))].map((row) => ({ ...row }));
  } finally {
    await client.end();
  }
}
