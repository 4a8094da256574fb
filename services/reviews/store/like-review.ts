import { repeatedOnContention } from "@app/platform/messaging/database-faults.ts";
import { type SQL, sql } from "drizzle-orm";
import { notFound } from "../domain/refusals.ts";
import { hasLeft } from "./forget-author.ts";
import { refusing } from "./refusals.ts";
import type { ReviewsApi } from "./reviews-api.ts";
import { likes, reviews } from "./tables.ts";

/**
 * Likes a review for somebody, once however often it is asked, and answers how many do. The count is
 * changed by the statement that adds the like, exactly where it was added. Whoever left adds none.
 * The review is locked before the like, as by what removes it.
 */
export function likeReview(api: ReviewsApi, accountId: string, id: string): Promise<number> {
  const author = api.authors.of(accountId);
  return count(
    api,
    id,
    sql`insert into ${likes} (review_id, author)
      select r.id, ${author}::text from shown r where not ${hasLeft(author)}
      on conflict do nothing returning 1 as change`,
  );
}

/** Takes somebody's like back, and answers how many are left. Without one nothing changes. */
export function unlikeReview(api: ReviewsApi, accountId: string, id: string): Promise<number> {
  const author = api.authors.of(accountId);
  return count(
    api,
    id,
    sql`delete from ${likes} l using shown r
      where l.review_id = r.id and l.author = ${author}::text returning -1 as change`,
  );
}

async function count({ db }: ReviewsApi, id: string, changed: SQL): Promise<number> {
  const counting = sql`
    with shown as materialized (
      select id, likes from ${reviews} where id = ${id}::uuid and hidden_at is null
      for no key update
    ), changed as (
      ${changed}
    ), counted as (
      update ${reviews} r set likes = r.likes + c.change from changed c
      where r.id = ${id}::uuid returning r.likes
    )
    select coalesce((select likes from counted), likes) as likes from shown`;
  const [counted] = await refusing(
    repeatedOnContention(() => db.q.execute<{ likes: number }>(counting)),
  );
  if (!counted) throw notFound();
  return Number(counted.likes);
}
