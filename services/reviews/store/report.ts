import { and, eq, isNull, sql } from "drizzle-orm";
import { notFound } from "../domain/refusals.ts";
import { lockShown } from "./comments.ts";
import { refusing } from "./refusals.ts";
import type { ReviewsApi } from "./reviews-api.ts";
import { comments, reports, reviews } from "./tables.ts";
import { returnShare, takeShare } from "./take-share.ts";
import { writing } from "./writing.ts";

export interface Report {
  readonly reviewId: string;
  /** One of its comments, where that is meant. */
  readonly commentId?: string;
  readonly reason: string;
}

/** Tells operators of a review or a comment, once per person: a second time changes nothing and counts for nothing. */
export function report(
  api: ReviewsApi,
  accountId: string,
  { reviewId, commentId, reason }: Report,
): Promise<void> {
  const author = api.authors.of(accountId);
  const id = api.random.uuidV7();
  return writing(api, async (tx) => {
    const { q } = tx;
    await takeShare(tx, author, api);
    await lockShown(tx, reviewId);
    if (commentId !== undefined) {
      const own = and(eq(comments.id, commentId), eq(comments.reviewId, reviewId));
      const shownToo = and(own, isNull(comments.hiddenAt));
      const [comment] = await q
        .select({ id: comments.id })
        .from(comments)
        .where(shownToo)
        .for("no key update");
      if (!comment) throw notFound();
    }
    const of = commentId === undefined ? { reviewId } : { commentId };
    const adding = q
      .insert(reports)
      .values({ id, author, reason, ...of })
      .onConflictDoNothing();
    const added = await refusing(adding.returning({ id: reports.id }));
    if (added.length === 0) return returnShare(tx, author);
    if (commentId === undefined)
      await q
        .update(reviews)
        .set({ reports: sql`${reviews.reports} + 1` })
        .where(eq(reviews.id, reviewId));
    else
      await q
        .update(comments)
        .set({ reports: sql`${comments.reports} + 1` })
        .where(eq(comments.id, commentId));
  });
}
