import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../postgres.ts";
import { isStatementTimeout } from "./database-faults.ts";

/** Undefined when Postgres could not read it within `limitMs`. */
export async function unlessTooLong<T>(
  db: Database,
  limitMs: number,
  read: (tx: Transaction) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await db.transaction(async (tx) => {
      await tx.q.execute(sql`select set_config('statement_timeout', ${String(limitMs)}, true)`);
      return read(tx);
    });
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    return undefined;
  }
}
