export const REVIEWS_HEADING_ID = "reviews-h";

/** Gives the heading of the reviews the focus that would go down with what was sent or removed. */
export function focusReviews(): void {
  document.getElementById(REVIEWS_HEADING_ID)?.focus({ preventScroll: true });
}
