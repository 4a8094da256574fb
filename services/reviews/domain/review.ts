import type { Subject } from "./subject.ts";

/**
 * Who wrote something, as this service knows it: a keyed hash of the account. Neither the account nor
 * anything that leads to it without the key is kept.
 */
export type Author = string;

/** What one customer says of a subject. */
export interface Review {
  /** A UUID. */
  readonly id: string;
  readonly subject: Subject;
  /** Null once the account is gone. */
  readonly author: Author | null;
  /** 1 to 5. */
  readonly rating: number;
  readonly text: string;
  readonly likes: number;
  /** Those that are shown. */
  readonly comments: number;
  readonly hidden: boolean;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
}

/** What somebody says to a review. */
export interface Comment {
  readonly id: string;
  readonly reviewId: string;
  readonly author: Author | null;
  readonly text: string;
  readonly createdAt: Date;
}

/** What is to be different; undefined stays. */
export interface ReviewChange {
  readonly rating: number | undefined;
  readonly text: string | undefined;
}

/** The review as its author changes it. Nothing new makes it no other, and is no edit. */
export function editReview(review: Review, change: ReviewChange): Review {
  const rating = change.rating ?? review.rating;
  const text = change.text ?? review.text;
  if (rating === review.rating && text === review.text) return review;
  return { ...review, rating, text };
}
