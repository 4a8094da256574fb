import type { Transaction } from "@app/platform/postgres.ts";
import { eq, type SQL, sql } from "drizzle-orm";
import type { Author } from "../domain/review.ts";
import { comments, likes, purchases, reports, reviews, writers } from "./tables.ts";

/** More than any limit: nothing is left of the day. */
const WRITES_ALL = 1_000_000_000;

/** Whether somebody was forgotten within the day, so that a token of theirs may still be good. */
export const hasLeft = (author: Author): SQL<boolean> =>
  sql<boolean>`exists (
    select from ${writers} w where w.author = ${author}::text and w.writes >= ${WRITES_ALL}::integer)`;

/**
 * Cuts what somebody wrote off from them: reviews and comments stay as a former customer's, likes and
 * reports count on under something that is nobody's, and what they bought is forgotten. Ratings and
 * counts stay as they are. A token of theirs may be good for some minutes more, so nothing is taken
 * from it for a day; then that is forgotten, too. Rows are locked in the order of their keys.
 */
export async function forgetAuthor({ q }: Transaction, author: Author): Promise<void> {
  const over = { since: sql`now()`, writes: WRITES_ALL };
  await q
    .insert(writers)
    .values({ author, ...over })
    .onConflictDoUpdate({ target: writers.author, set: over });
  await q.delete(purchases).where(eq(purchases.author, author));
  const nobody = sql`gen_random_uuid()::text`;
  const anonymise = (table: typeof reviews | typeof comments | typeof reports, by: SQL) =>
    q.execute(sql`
      with own as materialized (
        select id from ${table} where author = ${author}::text order by id for no key update
      )
      update ${table} t set author = ${by} from own where t.id = own.id`);
  await anonymise(reviews, sql`null`);
  await anonymise(comments, sql`null`);
  await q.update(likes).set({ author: nobody }).where(eq(likes.author, author));
  await anonymise(reports, nobody);
}
