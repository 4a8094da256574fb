import { movedBy } from "../domain/rating.ts";
import { requireConfirmed } from "../domain/refusals.ts";
import type { NewReview } from "../domain/review-request.ts";
import { subjectText } from "../domain/subject.ts";
import { standingOf } from "./purchases.ts";
import { lockRating, moveRating } from "./ratings.ts";
import { refusing } from "./refusals.ts";
import { reviewOf } from "./review-row.ts";
import type { ReviewsApi, SeenReview } from "./reviews-api.ts";
import { reviews } from "./tables.ts";
import { takeShare } from "./take-share.ts";
import { writing } from "./writing.ts";

/**
 * Stores a review, its subject's rating and the message of it together. Refuses whoever has no
 * confirmed order or booking of the subject, and a second review of one person.
 */
export function addReview(
  api: ReviewsApi,
  accountId: string,
  { subject, rating, text }: NewReview,
): Promise<SeenReview> {
  const { authors, clock, random } = api;
  const author = authors.of(accountId);
  const id = random.uuidV7();
  return writing(api, async (tx) => {
    await takeShare(tx, author, api);
    requireConfirmed(subject, await standingOf(tx, author, subject));
    await lockRating(tx, subject);
    const added = { id, subject: subjectText(subject), author, rating, text };
    const [row] = await refusing(tx.q.insert(reviews).values(added).returning());
    if (!row) throw new Error("adding a review returned no row");
    const review = reviewOf(row);
    await moveRating(tx, subject, { moved: movedBy(undefined, review), clock });
    return { review, mine: true, liked: false };
  });
}
