import { type SQL, sql } from "drizzle-orm";
import type { Clock } from "../../clock.ts";
import { openPool, type Pool } from "../../postgres.ts";
import { temporaryDatabase } from "../database.ts";

/** A database whose clock stands still until it is set, so that what it answers can be foretold. */
export interface FrozenDatabase extends AsyncDisposable {
  readonly pool: Pool;
  /** Its `now()` from here on. */
  setNow(now: Date): Promise<void>;
  /** Empties every table and starts every sequence anew. */
  empty(): Promise<void>;
}

/**
 * A temporary database in which `now()` is a row of a table: the name is looked up there before it
 * is looked up among Postgres's own, and the columns' defaults are told the same.
 */
export async function frozenDatabase(service: string): Promise<FrozenDatabase> {
  const database = await temporaryDatabase(service);
  const before = openPool({ url: database.url, connectionsMax: 1, name: "frozen clock" });
  for (const statement of [freeze, freezeDefaults, lookFrozenFirst(database.name)])
    await before.q.execute(statement);
  await before.close(1_000);

  const pool = openPool({ url: database.url, connectionsMax: 4, name: "store contract" });
  return {
    pool,
    async setNow(now) {
      await pool.q.execute(sql`update frozen.clock set at = ${now.toISOString()}::timestamptz`);
    },
    async empty() {
      await pool.q.execute(emptyAll);
    },
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

const freeze = sql`
  create schema frozen
    create table clock (at timestamptz not null);
  insert into frozen.clock values (pg_catalog.now());
  create function frozen.now() returns timestamptz language sql stable
    as 'select at from frozen.clock';
  create function frozen.clock_timestamp() returns timestamptz language sql stable
    as 'select at from frozen.clock'`;

const freezeDefaults = sql`
  do $$ declare c record; begin
    for c in select table_name, column_name from information_schema.columns
      where table_schema = 'public' and column_default like '%now()%'
    loop
      execute format('alter table public.%I alter column %I set default frozen.now()',
        c.table_name, c.column_name);
    end loop;
  end $$`;

const lookFrozenFirst = (database: string): SQL =>
  sql`alter database ${sql.identifier(database)} set search_path = frozen, public, pg_catalog`;

// Not TRUNCATE, which takes a moment for each of the many partitions.
const emptyAll = sql`
  do $$ declare t record; begin
    for t in select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    loop execute format('delete from public.%I', t.relname); end loop;
    perform setval(oid, 1, false) from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'S';
  end $$`;

/** A clock that stands still until it is set. Whoever sleeps by it waits until then, or for an abort. */
export interface SetClock extends Clock {
  set(now: Date): void;
}

export function setClock(now: Date): SetClock {
  let at = now;
  const sleepers = new Set<() => void>();
  return {
    now: () => at,
    monotonicMs: () => at.getTime(),
    set(to) {
      at = to;
      for (const look of [...sleepers]) look();
    },
    sleep: (durationMs, signal) => {
      const untilMs = at.getTime() + durationMs;
      return new Promise((resolve) => {
        const look = () => {
          if (at.getTime() < untilMs && !signal?.aborted) return;
          sleepers.delete(look);
          signal?.removeEventListener("abort", look);
          resolve();
        };
        sleepers.add(look);
        signal?.addEventListener("abort", look);
        look();
      });
    },
  };
}
