import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { comments, reviews } from "./tables.ts";

/** How much was reported and is still shown. The indexes hold no more than that and what is hidden. */
export async function countReported({ q }: Database): Promise<number> {
  const open = (table: typeof reviews | typeof comments) =>
    sql`${table.reports} > 0 and ${table.hiddenAt} is null`;
  const [row] = await q.execute<{ count: string }>(sql`
    select (select count(*) from ${reviews} where ${open(reviews)})
      + (select count(*) from ${comments} join ${reviews} on ${reviews.id} = ${comments.reviewId}
          where ${open(comments)} and ${reviews.hiddenAt} is null) as count`);
  return Number(row?.count ?? 0);
}
