/** What the reviews of an item come to. */
export interface Rating {
  readonly reviews: number;
  /** The sum of their stars, 1 to 5 each. */
  readonly stars: number;
}

/** Stars by reviews to two places; undefined where nobody reviewed it. */
export function averageOf(rating: Rating | undefined): number | undefined {
  if (rating === undefined || rating.reviews === 0) return undefined;
  return Math.round((rating.stars * 100) / rating.reviews) / 100;
}
