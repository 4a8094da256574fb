import { refusingBy } from "@app/platform/named-constraints.ts";
import { alreadyReviewed, notFound } from "../domain/refusals.ts";

/** Runs a write whose refusals the schema says, in the words of the callers. */
export const refusing = refusingBy({
  reviews_one_each: (cause) => alreadyReviewed({ cause }),
  // It was removed since it was looked at.
  likes_review_id_reviews_id_fk: notFound,
  reports_review_id_reviews_id_fk: notFound,
  reports_comment_id_comments_id_fk: notFound,
});
