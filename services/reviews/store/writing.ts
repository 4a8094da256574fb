import { repeatedOnContention } from "@app/platform/messaging/database-faults.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import type { ReviewsApi } from "./reviews-api.ts";

/**
 * Runs what a call writes in one transaction. Rows are locked in one order, so that nobody should meet in
 * a deadlock; where Postgres sees one all the same, the transaction is repeated, five times at most.
 */
export function writing<T>(
  { db }: Pick<ReviewsApi, "db">,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return repeatedOnContention(() => db.transaction(work));
}
