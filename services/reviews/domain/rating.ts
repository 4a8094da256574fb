import type { Review } from "./review.ts";

/** What the reviews of a subject that are shown come to. */
export interface Rating {
  readonly reviews: number;
  /** The sum of their stars. */
  readonly stars: number;
}

export const unrated: Rating = { reviews: 0, stars: 0 };

/** What one review adds to its subject's rating: nothing while it is hidden, or where it is gone. */
export function shareOf(review: Pick<Review, "hidden" | "rating"> | undefined): Rating {
  if (review === undefined || review.hidden) return unrated;
  return { reviews: 1, stars: review.rating };
}

/** By how much a change of one review moves the rating. */
export function movedBy(
  before: Parameters<typeof shareOf>[0],
  after: Parameters<typeof shareOf>[0],
): Rating {
  const [was, is] = [shareOf(before), shareOf(after)];
  return { reviews: is.reviews - was.reviews, stars: is.stars - was.stars };
}

/** Stars by reviews to two places; 0 without any. */
export function averageOf({ reviews, stars }: Rating): number {
  return reviews === 0 ? 0 : Math.round((stars * 100) / reviews) / 100;
}
