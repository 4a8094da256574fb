import { idempotencyKeys } from "@app/platform/messaging/tables.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import type { Author } from "../domain/review.ts";
import { comments, likes, purchases, reports, reviews, writers } from "./tables.ts";

/** Rows of one table that one statement changes. */
const SLICE_ROWS = 1_000;

/** Whether it was heard that somebody's account is gone. */
export const hasLeft = (author: Author): SQL<boolean> =>
  sql<boolean>`exists (
    select from ${writers} w where w.author = ${author}::text and w.left_at is not null)`;

/** Locks people whose accounts are gone, in the order of their hashes; those that wrote nothing, too. */
export async function lockLeaving({ q }: Transaction, authors: readonly Author[]): Promise<void> {
  const sorted = [...new Set(authors)].toSorted();
  if (sorted.length === 0) return;
  await q.execute(sql`
    insert into ${writers} as w (author, since, writes)
    select a.author, now(), 0
    from unnest(${sql.param(sorted)}::text[]) with ordinality as a (author, n) order by a.n
    on conflict (author) do update set writes = w.writes`);
}

/**
 * Cuts what somebody wrote off from them. From now on nothing is taken from a token of theirs that is
 * still good; a first slice of what they wrote is cut off at once, which is all that most people
 * have. What is left, is locked, or was under way meanwhile is the housekeeping's.
 */
export async function forgetAuthor(tx: Transaction, author: Author): Promise<void> {
  await tx.q.execute(sql`
    insert into ${writers} as w (author, since, writes, left_at)
    values (${author}::text, now(), 0, now())
    on conflict (author) do update set left_at = now(), forgotten = false`);
  await forgetSlice(tx, author);
}

/**
 * Forgets a slice of each table and answers how many rows that was: reviews and comments stay as a former
 * customer's, likes and reports count on under something that is nobody's, what was bought is removed.
 * Ratings and counts stay as they are. It waits for no row, so that it is part of no deadlock: one that
 * somebody else holds is passed over.
 */
export async function forgetSlice({ q }: Database, author: Author): Promise<number> {
  const nobody = sql`gen_random_uuid()::text`;
  const own = (table: SQL, key: SQL, by = sql`author`) => sql`
    with own as materialized (
      select ${key} from ${table} where ${by} = ${author}::text
      limit ${SLICE_ROWS} for update skip locked
    )`;
  const renamed = (table: typeof reviews | typeof comments | typeof reports, by: SQL) => sql`
    ${own(sql`${table}`, sql`id`)}
    update ${table} t set author = ${by} from own where t.id = own.id`;
  const statements = [
    sql`${own(sql`${purchases}`, sql`purchase, subject`)}
      delete from ${purchases} t using own where t.purchase = own.purchase and t.subject = own.subject`,
    renamed(reviews, sql`null`),
    renamed(comments, sql`null`),
    sql`${own(sql`${likes}`, sql`review_id`)}
      update ${likes} t set author = ${nobody} from own
      where t.review_id = own.review_id and t.author = ${author}::text`,
    renamed(reports, nobody),
    sql`${own(sql`${idempotencyKeys}`, sql`key`, sql`scope`)}
      delete from ${idempotencyKeys} t using own where t.scope = ${author}::text and t.key = own.key`,
  ];
  let count = 0;
  for (const statement of statements) count += (await q.execute(statement)).count;
  return count;
}
