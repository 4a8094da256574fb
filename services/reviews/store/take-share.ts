import type { Transaction } from "@app/platform/postgres.ts";
import { eq, sql } from "drizzle-orm";
import { accountGone, tooMuchWritten } from "../domain/refusals.ts";
import type { Author } from "../domain/review.ts";
import { writers } from "./tables.ts";

/**
 * Counts one thing that somebody writes, and refuses it where that was too much for a day. The day
 * begins with what was written first. What is rolled back was not counted. The row is locked for the
 * rest of the transaction, so that one person's writes go one after another. Whoever left writes nothing.
 */
export async function takeShare(
  { q }: Transaction,
  author: Author,
  { writesMax }: { readonly writesMax: number },
): Promise<void> {
  const isOver = sql`${writers.since} <= now() - interval '1 day'`;
  const [row] = await q
    .insert(writers)
    .values({ author, since: sql`now()`, writes: 1 })
    .onConflictDoUpdate({
      target: writers.author,
      set: {
        since: sql`case when ${isOver} then now() else ${writers.since} end`,
        writes: sql`case when ${isOver} then 1 else ${writers.writes} + 1 end`,
      },
    })
    .returning({
      writes: writers.writes,
      left: sql<boolean>`${writers.leftAt} is not null`,
      waitSeconds: sql<string>`extract(epoch from ${writers.since} + interval '1 day' - now())`,
    });
  if (row?.left) throw accountGone();
  if (row && row.writes > writesMax) throw tooMuchWritten(writesMax, Number(row.waitSeconds));
}

/** Gives back what was taken in this transaction for something that turned out to change nothing. */
export async function returnShare({ q }: Transaction, author: Author): Promise<void> {
  await q
    .update(writers)
    .set({ writes: sql`${writers.writes} - 1` })
    .where(eq(writers.author, author));
}
