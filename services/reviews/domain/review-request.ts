import {
  type Fields,
  invalid,
  optionalText,
  refuseUnknownKeys,
  requiredText,
  requireObject,
} from "./request-checks.ts";
import type { ReviewChange } from "./review.ts";
import { readSubject, type Subject } from "./subject.ts";

const TEXT_MAX = 2_000;
const COMMENT_MAX = 1_000;
const REASON_MAX = 500;
const STARS_MAX = 5;

/** What somebody wants to say of a subject. */
export interface NewReview {
  readonly subject: Subject;
  /** 1 to 5. */
  readonly rating: number;
  /** May be empty: stars alone are a review, too. */
  readonly text: string;
}

/** Reads a new review: subject, rating, text, in this order, and the first failure is the answer. */
export function readNewReview(body: unknown): NewReview {
  const fields = requireObject(body);
  const subject = readSubject(fields.subject);
  const rating = readRating(fields) ?? missing("rating");
  const text = optionalText(fields, { name: "text", max: TEXT_MAX }) ?? "";
  refuseUnknownKeys(fields, ["subject", "rating", "text"]);
  return { subject, rating, text };
}

/** Reads what is to be different; what is absent or null stays. */
export function readReviewChange(body: unknown): ReviewChange {
  const fields = requireObject(body);
  const rating = readRating(fields);
  const text = optionalText(fields, { name: "text", max: TEXT_MAX });
  refuseUnknownKeys(fields, ["rating", "text"]);
  if (rating === undefined && text === undefined)
    throw invalid("rating", "rating or text is required");
  return { rating, text };
}

/** Reads what somebody says to a review. */
export function readComment(body: unknown): string {
  const fields = requireObject(body);
  const text = requiredText(fields, { name: "text", max: COMMENT_MAX });
  refuseUnknownKeys(fields, ["text"]);
  return text;
}

/** Reads why something is reported, hidden or shown again. */
export function readReason(body: unknown): string {
  const fields = requireObject(body);
  const reason = requiredText(fields, { name: "reason", max: REASON_MAX });
  refuseUnknownKeys(fields, ["reason"]);
  return reason;
}

function readRating({ rating }: Fields): number | undefined {
  if (rating === undefined || rating === null) return undefined;
  const isStars = typeof rating === "number" && Number.isInteger(rating);
  if (!isStars || rating < 1 || rating > STARS_MAX)
    throw invalid("rating", `rating must be 1 to ${STARS_MAX}`);
  return rating;
}

function missing(name: string): never {
  throw invalid(name, `${name} is required`);
}
