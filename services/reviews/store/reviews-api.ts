import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Random } from "@app/platform/random.ts";
import type { Comment, Review } from "../domain/review.ts";
import type { Authors } from "./authors.ts";

/** What both doors need to answer calls. */
export interface ReviewsApi {
  readonly db: Database;
  readonly authors: Authors;
  /** Reviews, comments and reports of one person in a day. */
  readonly writesMax: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** A review as the caller sees it. */
export interface SeenReview {
  readonly review: Review;
  /** Whether the caller wrote it. */
  readonly mine: boolean;
  readonly liked: boolean;
}

/** A comment as the caller sees it. */
export interface SeenComment {
  readonly comment: Comment;
  readonly mine: boolean;
}
