import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { PageRequest } from "../domain/list-request.ts";
import { notFound, notYours } from "../domain/refusals.ts";
import { isUuid } from "../domain/request-checks.ts";
import type { Author } from "../domain/review.ts";
import { findSeen } from "./find-review.ts";
import { findReplay, idempotencyOf, keepKey } from "./idempotency.ts";
import { seenComment } from "./review-row.ts";
import type { ReviewsApi, SeenComment } from "./reviews-api.ts";
import { comments, reviews } from "./tables.ts";
import { returnShare, takeShare } from "./take-share.ts";
import { writing } from "./writing.ts";

export interface CommentPage {
  readonly comments: readonly SeenComment[];
  readonly nextCursor: string | undefined;
}

export interface NewComment {
  readonly reviewId: string;
  readonly text: string;
  readonly idempotencyKey?: string | undefined;
}

export interface AddedComment extends SeenComment {
  /** Whether an earlier request under the same key added it. */
  readonly replayed: boolean;
}

/**
 * Adds a comment and counts it, in one transaction; once, however often it is asked under one key. Of
 * one that was removed or hidden since, asking again answers that it is not there.
 */
export async function addComment(
  api: ReviewsApi,
  accountId: string,
  { reviewId, text, idempotencyKey }: NewComment,
): Promise<AddedComment> {
  const author = api.authors.of(accountId);
  const id = api.random.uuidV7();
  const idempotency = idempotencyOf(idempotencyKey, author, ["comment", reviewId, text]);
  const before = await findReplay(api.db, idempotency);
  if (before !== undefined) return await replayOf(api.db, before, author);
  return await writing(api, async (tx) => {
    await takeShare(tx, author, api);
    // From here on the requests of one person go one after another.
    const meanwhile = await findReplay(tx, idempotency);
    if (meanwhile !== undefined) {
      await returnShare(tx, author);
      return replayOf(tx, meanwhile, author);
    }
    await lockShown(tx, reviewId);
    await countComment(tx, reviewId, 1);
    const [row] = await tx.q.insert(comments).values({ id, reviewId, author, text }).returning();
    if (!row) throw new Error("adding a comment returned no row");
    await keepKey(tx, idempotency, id);
    return { ...seenComment(row, author), replayed: false };
  });
}

async function replayOf({ q }: Database, id: string, author: Author): Promise<AddedComment> {
  const shown = and(eq(comments.id, id), isNull(comments.hiddenAt));
  const [row] = await q.select().from(comments).where(shown);
  if (!row) throw notFound();
  return { ...seenComment(row, author), replayed: true };
}

/** Removes an author's own comment, also where it or its review is hidden. */
export function removeOwnComment(
  api: ReviewsApi,
  accountId: string,
  { reviewId, id }: { readonly reviewId: string; readonly id: string },
): Promise<void> {
  const author = api.authors.of(accountId);
  return writing(api, async (tx) => {
    const review = await lockReview(tx, reviewId);
    const own = and(eq(comments.id, id), eq(comments.reviewId, reviewId));
    const [row] = await tx.q.select().from(comments).where(own).for("update");
    if (!row) throw notFound();
    const isShown = row.hiddenAt === null;
    if (row.author !== author) throw isShown && review.hiddenAt === null ? notYours() : notFound();
    await tx.q.delete(comments).where(own);
    if (isShown) await countComment(tx, reviewId, -1);
  });
}

/** One page of the comments on a review that is shown, oldest first. */
export async function listComments(
  { db, authors }: ReviewsApi,
  reviewId: string,
  { cursor, limit, accountId }: PageRequest & { readonly accountId: string | undefined },
): Promise<CommentPage> {
  await findSeen(db, reviewId, undefined);
  const by = accountId === undefined ? undefined : authors.of(accountId);
  const after = cursor === undefined ? undefined : idAt(cursor);
  const rows = await db.q
    .select()
    .from(comments)
    .where(
      and(
        eq(comments.reviewId, reviewId),
        isNull(comments.hiddenAt),
        after === undefined ? undefined : gt(comments.id, after),
      ),
    )
    .orderBy(asc(comments.id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit).map((row) => seenComment(row, by));
  const last = shown.at(-1);
  return {
    comments: shown,
    nextCursor: rows.length > limit && last ? cursorAt(last.comment.id) : undefined,
  };
}

/** Locks a review that is shown, before any of its comments. */
export async function lockShown(tx: Transaction, reviewId: string): Promise<void> {
  const { hiddenAt } = await lockReview(tx, reviewId);
  if (hiddenAt !== null) throw notFound();
}

/** Locks a review, shown or hidden, before any of its comments. */
async function lockReview(
  { q }: Transaction,
  reviewId: string,
): Promise<{ readonly hiddenAt: Date | null }> {
  const [row] = await q
    .select({ hiddenAt: reviews.hiddenAt })
    .from(reviews)
    .where(eq(reviews.id, reviewId))
    .for("no key update");
  if (!row) throw notFound();
  return row;
}

/** Counts a comment that is shown, or is no more, of a locked review. */
export async function countComment(
  { q }: Transaction,
  reviewId: string,
  change: 1 | -1,
): Promise<void> {
  await q
    .update(reviews)
    .set({ comments: sql`${reviews.comments} + ${change}::int` })
    .where(eq(reviews.id, reviewId));
}

function idAt(cursor: string): string {
  const id = placeOf(cursor);
  if (!isUuid(id)) throw invalidCursor();
  return id;
}
