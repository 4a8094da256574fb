import type { Review } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";

/** A list of reviews with the reader's own before all others, on whatever page of it that stands. */
export function ownFirst(reviews: readonly Review[], own: Review | undefined): readonly Review[] {
  const first = own ?? reviews.find(({ mine }) => mine);
  return first === undefined ? reviews : [first, ...reviews.filter(({ id }) => id !== first.id)];
}
