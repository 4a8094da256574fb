import type { Author, Comment, Review } from "../domain/review.ts";
import { readSubject } from "../domain/subject.ts";
import type { SeenComment } from "./reviews-api.ts";
import type { comments, reviews } from "./tables.ts";

export type ReviewRow = typeof reviews.$inferSelect;
export type CommentRow = typeof comments.$inferSelect;

/** The review of a row. Throws where the row breaks a rule that its writer holds. */
export function reviewOf(row: ReviewRow): Review {
  const { id, author, rating, text, likes, comments, hiddenAt, createdAt, editedAt } = row;
  const subject = readSubject(row.subject);
  const hidden = hiddenAt !== null;
  return { id, subject, author, rating, text, likes, comments, hidden, createdAt, editedAt };
}

export function commentOf({ id, reviewId, author, text, createdAt }: CommentRow): Comment {
  return { id, reviewId, author, text, createdAt };
}

export function seenComment(row: CommentRow, by: Author | undefined): SeenComment {
  return { comment: commentOf(row), mine: by !== undefined && row.author === by };
}
