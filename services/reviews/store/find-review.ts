import type { Database } from "@app/platform/postgres.ts";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { notFound, whyNot } from "../domain/refusals.ts";
import type { Author } from "../domain/review.ts";
import { type Subject, subjectText } from "../domain/subject.ts";
import { standingOf } from "./purchases.ts";
import { reviewOf } from "./review-row.ts";
import type { ReviewsApi, SeenReview } from "./reviews-api.ts";
import { likes, reviews } from "./tables.ts";

/** What a caller may do about a subject. */
export interface OwnReview {
  readonly review: SeenReview | undefined;
  readonly mayReview: boolean;
  /** Why not; empty where they may. */
  readonly reason: string;
}

/** One review that is shown, as the caller sees it. */
export function findReview(
  { db, authors }: ReviewsApi,
  id: string,
  accountId: string | undefined,
): Promise<SeenReview> {
  return findSeen(db, id, accountId === undefined ? undefined : authors.of(accountId));
}

export async function findSeen(
  db: Database,
  id: string,
  by: Author | undefined,
): Promise<SeenReview> {
  const [seen] = await selectSeen(db, by, { where: eq(reviews.id, id), order: [], limit: 1 });
  if (!seen) throw notFound();
  return seen;
}

/** The caller's review of a subject, and whether there may be one. A hidden one stands in the way, too. */
export async function findOwnReview(
  { db, authors }: ReviewsApi,
  accountId: string,
  subject: Subject,
): Promise<OwnReview> {
  const author = authors.of(accountId);
  const where = and(eq(reviews.subject, subjectText(subject)), eq(reviews.author, author));
  const [review] = await selectSeen(db, author, { where, order: [], limit: 1 });
  const [any] = await db.q.select({ id: reviews.id }).from(reviews).where(where);
  if (any) return { review, mayReview: false, reason: review ? "already reviewed" : "hidden" };
  const reason = whyNot(subject, await standingOf(db, author, subject));
  return { review: undefined, mayReview: reason === undefined, reason: reason ?? "" };
}

interface Selection {
  readonly where: SQL | undefined;
  readonly order: readonly SQL[];
  readonly limit: number;
}

/** Reviews that are shown, each with what the caller has to do with it. */
export async function selectSeen(
  { q }: Database,
  by: Author | undefined,
  { where, order, limit }: Selection,
): Promise<readonly SeenReview[]> {
  const liked = sql<boolean>`exists (select 1 from ${likes}
    where ${likes.reviewId} = ${reviews.id} and ${likes.author} = ${by ?? ""}::text)`;
  const rows = await q
    .select({ row: reviews, liked })
    .from(reviews)
    .where(and(where, isNull(reviews.hiddenAt)))
    .orderBy(...order)
    .limit(limit);
  return rows.map(({ row, liked }) => ({
    review: reviewOf(row),
    mine: by !== undefined && row.author === by,
    liked,
  }));
}
