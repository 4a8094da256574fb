/** What reviews tells operators of what was reported or hidden, as `GET /ops/v1/reviews` answers. */
export interface ModeratedList {
  readonly entries: readonly Moderated[];
  readonly nextCursor: string | null;
}

export interface Moderated {
  readonly kind: "review" | "comment";
  readonly id: string;
  readonly reviewId: string;
  /** `item:<sku>` or `event:<id>`. */
  readonly subject: string;
  /** A handle; who it is nobody knows. */
  readonly author: string;
  readonly text: string;
  /** Null of a comment. */
  readonly rating: number | null;
  readonly reports: number;
  readonly reasons: readonly string[];
  /** Null while it is shown. */
  readonly hiddenReason: string | null;
  readonly createdAt: string;
  /** Null where it was not changed since it was written. */
  readonly editedAt: string | null;
}

export const moderationStates = ["reported", "hidden"] as const;
export type ModerationState = (typeof moderationStates)[number];
