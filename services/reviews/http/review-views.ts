import { z } from "zod";
import { handleOf } from "../domain/handle.ts";
import { averageOf, type Rating } from "../domain/rating.ts";
import { subjectText } from "../domain/subject.ts";
import type { SeenComment, SeenReview } from "../store/reviews-api.ts";

const instant = z.iso.datetime();
const count = z.int().min(0);

/** A review as everybody sees it; `mine` and `liked` are the caller's. Nothing in it names an account. */
export const ReviewView = z.object({
  id: z.uuid(),
  subject: z.string(),
  rating: z.int().min(1).max(5),
  text: z.string(),
  /** A handle, never an account. */
  author: z.string(),
  likes: count,
  comments: count,
  mine: z.boolean(),
  liked: z.boolean(),
  createdAt: instant,
  editedAt: instant.optional(),
});

export type ReviewView = z.infer<typeof ReviewView>;

export const RatingView = z.object({ reviews: count, average: z.number().min(0).max(5) });

export const ReviewListView = z.object({
  reviews: z.array(ReviewView),
  /** Asks for the page after this one; null on the last page. */
  nextCursor: z.string().nullable(),
  /** Of all reviews of the subject, those of other pages too. */
  rating: RatingView,
});

export const OwnReviewView = z.object({
  review: ReviewView.nullable(),
  mayReview: z.boolean(),
  /** Why not; null where the caller may. */
  reason: z.string().nullable(),
});

export const LikesView = z.object({ likes: count });

export const CommentView = z.object({
  id: z.uuid(),
  text: z.string(),
  author: z.string(),
  mine: z.boolean(),
  createdAt: instant,
});

export const CommentListView = z.object({
  comments: z.array(CommentView),
  nextCursor: z.string().nullable(),
});

export function viewOf({ review, mine, liked }: SeenReview): ReviewView {
  const { id, subject, author, rating, text, likes, comments, createdAt, editedAt } = review;
  return {
    id,
    subject: subjectText(subject),
    rating,
    text,
    author: handleOf(author),
    likes,
    comments,
    mine,
    liked,
    createdAt: createdAt.toISOString(),
    ...(editedAt === null ? {} : { editedAt: editedAt.toISOString() }),
  };
}

export function ratingView(rating: Rating): z.infer<typeof RatingView> {
  return { reviews: rating.reviews, average: averageOf(rating) };
}

export function commentView({ comment, mine }: SeenComment): z.infer<typeof CommentView> {
  const { id, text, author, createdAt } = comment;
  return { id, text, author: handleOf(author), mine, createdAt: createdAt.toISOString() };
}
