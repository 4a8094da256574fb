import type { Author, Comment, Review } from "../domain/review.ts";
import type { Subject } from "../domain/subject.ts";
import type { SeenComment } from "./reviews-api.ts";
import type { comments, reviews } from "./tables.ts";

export type ReviewRow = typeof reviews.$inferSelect;
export type CommentRow = typeof comments.$inferSelect;

/** The review of a row. Throws where the row breaks a rule that its writer holds. */
export function reviewOf(row: ReviewRow): Review {
  const { id, author, rating, text, likes, comments, hiddenAt, createdAt, editedAt } = row;
  const subject = storedSubject(row.subject);
  const hidden = hiddenAt !== null;
  return { id, subject, author, rating, text, likes, comments, hidden, createdAt, editedAt };
}

/** What callers may ask for is checked elsewhere: here another text is a fault of ours. */
function storedSubject(text: string): Subject {
  const [, kind, id = ""] = /^(item|event):(.+)$/s.exec(text) ?? [];
  if (kind !== "item" && kind !== "event") throw new Error(`a review is stored of ${text}`);
  return { kind, id };
}

export function commentOf({ id, reviewId, author, text, createdAt }: CommentRow): Comment {
  return { id, reviewId, author, text, createdAt };
}

export function seenComment(row: CommentRow, by: Author | undefined): SeenComment {
  return { comment: commentOf(row), mine: by !== undefined && row.author === by };
}
