import type { Transaction } from "@app/platform/postgres.ts";
import { eq, sql } from "drizzle-orm";
import { movedBy } from "../domain/rating.ts";
import { notFound, notYours } from "../domain/refusals.ts";
import { type Author, editReview, type Review, type ReviewChange } from "../domain/review.ts";
import { findSeen } from "./find-review.ts";
import { lockRating, moveRating } from "./ratings.ts";
import { reviewOf } from "./review-row.ts";
import type { ReviewsApi, SeenReview } from "./reviews-api.ts";
import { reviews } from "./tables.ts";
import { returnShare, takeShare } from "./take-share.ts";
import { writing } from "./writing.ts";

/** Lets an author change rating and text. Somebody else's is refused, a hidden one is not there. */
export async function changeOwnReview(
  api: ReviewsApi,
  accountId: string,
  { id, change }: { readonly id: string; readonly change: ReviewChange },
): Promise<SeenReview> {
  const author = api.authors.of(accountId);
  return await writing(api, async (tx) => {
    // Before any other lock, as everybody does who writes: it is rolled back with what is refused.
    await takeShare(tx, author, api);
    const isChanged = await changeReview(tx, api, {
      id,
      decide: (review) => {
        if (review.hidden) throw notFound();
        requireOwn(review, author);
        return editReview(review, change);
      },
    });
    if (!isChanged) await returnShare(tx, author);
    return findSeen(tx, id, author);
  });
}

/** Removes an author's own review, a hidden one too, with its likes, comments and reports. */
export async function removeOwnReview(
  api: ReviewsApi,
  accountId: string,
  id: string,
): Promise<void> {
  const author = api.authors.of(accountId);
  await writing(api, (tx) =>
    changeReview(tx, api, {
      id,
      decide: (review) => {
        requireOwn(review, author);
        return undefined;
      },
    }),
  );
}

/**
 * Lets `decide` change one review; undefined removes it. Its subject's rating moves with it, in the
 * same transaction, and is announced when it moved. Answers whether there was anything to change.
 */
async function changeReview(
  tx: Transaction,
  { clock }: Pick<ReviewsApi, "clock">,
  { id, decide }: { id: string; decide: (review: Review) => Review | undefined },
): Promise<boolean> {
  const found = await find(tx, id);
  await lockRating(tx, found.subject);
  const before = await find(tx, id, "locked");
  const after = decide(before);
  if (after === before) return false;
  const own = eq(reviews.id, id);
  if (after === undefined) await tx.q.delete(reviews).where(own);
  else
    await tx.q
      .update(reviews)
      .set({ rating: after.rating, text: after.text, editedAt: sql`now()` })
      .where(own);
  await moveRating(tx, before.subject, { moved: movedBy(before, after), clock });
  return true;
}

async function find({ q }: Transaction, id: string, how?: "locked"): Promise<Review> {
  const query = q.select().from(reviews).where(eq(reviews.id, id));
  const [row] = await (how === "locked" ? query.for("update") : query);
  if (!row) throw notFound();
  return reviewOf(row);
}

function requireOwn(review: Review, author: Author): void {
  if (review.author === author) return;
  throw review.hidden ? notFound() : notYours();
}

/** Hides a review from everybody or shows it again; its rating follows. */
export function setHidden(
  tx: Transaction,
  { clock }: Pick<ReviewsApi, "clock">,
  { id, hiddenReason }: { readonly id: string; readonly hiddenReason: string | null },
): Promise<void> {
  return tx.transaction(async () => {
    const found = await find(tx, id);
    await lockRating(tx, found.subject);
    const before = await find(tx, id, "locked");
    const hidden = hiddenReason !== null;
    await tx.q
      .update(reviews)
      .set({ hiddenReason, hiddenAt: hidden ? sql`now()` : null })
      .where(eq(reviews.id, id));
    await moveRating(tx, before.subject, { moved: movedBy(before, { ...before, hidden }), clock });
  });
}
