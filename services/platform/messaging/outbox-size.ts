import { sql } from "drizzle-orm";
import type { Database } from "../postgres.ts";
import { brokerSeen, outbox } from "./tables.ts";

export interface OutboxSize {
  /** Exact up to 100 000, beyond that an estimate from a sample. */
  readonly rows: number;
  /** How long ago the broker last stored something, by the database's clock; undefined if never. */
  readonly brokerSilentMs: number | undefined;
}

/** Counting them takes some 20 ms. */
const countMax = 100_000;
/** As few as this tell the size within a few percent, however large the table is. */
const samplePages = 1_000;
const pageBytes = 8_192;

/**
 * How many messages wait for the broker, at a price that does not grow with their number: a long
 * backlog is estimated from the messages in some of the table's pages.
 */
export async function outboxSize({ q }: Database): Promise<OutboxSize> {
  const [row] = await q.execute<{ rows: string; bytes: string; silent_ms: string | null }>(sql`
    select (select count(*) from (select from ${outbox} limit ${countMax}) counted) as rows,
      pg_relation_size('outbox') as bytes,
      (select extract(epoch from now() - ${brokerSeen.seenAt}) * 1000 from ${brokerSeen}) as silent_ms`);
  const rows = Number(row?.rows ?? 0);
  const silentMs = row?.silent_ms ?? undefined;
  return {
    rows: rows < countMax ? rows : await estimate({ q }, Number(row?.bytes)),
    brokerSilentMs: silentMs === undefined ? undefined : Number(silentMs),
  };
}

async function estimate({ q }: Pick<Database, "q">, bytes: number): Promise<number> {
  const share = Math.min(1, samplePages / Math.max(1, bytes / pageBytes));
  // The same pages while the table does not grow, so that the number does not jump about.
  const [row] = await q.execute<{ rows: string }>(sql`
    select count(*) as rows from ${outbox}
    tablesample system (${100 * share}::real) repeatable (1)`);
  return Math.max(countMax, Math.round(Number(row?.rows ?? 0) / share));
}
