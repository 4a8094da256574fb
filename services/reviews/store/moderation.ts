import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import { appendToAudit } from "@app/platform/messaging/audit.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { eq, type SQL, sql } from "drizzle-orm";
import type { PageRequest } from "../domain/list-request.ts";
import { notFound } from "../domain/refusals.ts";
import { isUuid } from "../domain/request-checks.ts";
import type { Author } from "../domain/review.ts";
import { setHidden } from "./change-review.ts";
import { countComment } from "./comments.ts";
import type { ReviewsApi } from "./reviews-api.ts";
import { comments, reports, reviews } from "./tables.ts";
import { writing } from "./writing.ts";

/** Something that was reported or hidden, as operators see it. Who wrote it they see no more of than others. */
export interface Moderated {
  readonly kind: "review" | "comment";
  readonly id: string;
  readonly reviewId: string;
  readonly subject: string;
  readonly author: Author | null;
  readonly text: string;
  /** Null of a comment. */
  readonly rating: number | null;
  readonly reports: number;
  /** Why it was reported, the newest first, ten at most. */
  readonly reasons: readonly string[];
  readonly hiddenReason: string | null;
  readonly createdAt: Date;
  /** Since when it says what stands there; null where it was not changed, and of a comment. */
  readonly editedAt: Date | null;
}

export interface ModeratedPage {
  readonly entries: readonly Moderated[];
  readonly nextCursor: string | undefined;
}

export interface ModerationRequest extends PageRequest {
  readonly state: "reported" | "hidden";
}

interface Row extends Record<string, unknown>, Omit<Moderated, "createdAt" | "editedAt"> {
  readonly createdAt: string;
  readonly editedAt: string | null;
}

/** One page of what was reported and is still shown, or of what is hidden, newest first. */
export async function listModerated(
  { db }: Pick<ReviewsApi, "db">,
  { state, cursor, limit }: ModerationRequest,
): Promise<ModeratedPage> {
  const after = cursor === undefined ? undefined : idAt(cursor);
  const wanted = (table: typeof reviews | typeof comments): SQL => {
    const inState =
      state === "hidden"
        ? sql`${table.hiddenAt} is not null`
        : sql`${table.reports} > 0 and ${table.hiddenAt} is null`;
    const place = after === undefined ? sql`` : sql`and ${table.id} < ${after}::uuid`;
    return sql`${inState} ${place}`;
  };
  // Each branch reads a page of its index at most.
  const page = (table: typeof reviews | typeof comments) =>
    sql`order by ${table.id} desc limit ${limit + 1}`;
  // A comment is not shown where its review is hidden.
  const seen = state === "hidden" ? sql`` : sql`and ${reviews.hiddenAt} is null`;
  const rows = await db.q.execute<Row>(sql`
    select m.*, array(
      select ${reports.reason} from ${reports}
      where coalesce(${reports.commentId}, ${reports.reviewId}) = m.id::uuid
        and (${reports.reviewId} = m.id::uuid or ${reports.commentId} = m.id::uuid)
      order by ${reports.id} desc limit 10) as reasons
    from (
      (select 'review' as kind, ${reviews.id}::text as id, ${reviews.id}::text as "reviewId",
        ${reviews.subject}, ${reviews.author}, ${reviews.text}, ${reviews.rating}::int as rating,
        ${reviews.reports}, ${reviews.hiddenReason} as "hiddenReason",
        ${reviews.createdAt}::text as "createdAt", ${reviews.editedAt}::text as "editedAt"
      from ${reviews} where ${wanted(reviews)} ${page(reviews)})
      union all
      (select 'comment', ${comments.id}::text, ${comments.reviewId}::text,
        ${reviews.subject}, ${comments.author}, ${comments.text}, null::int,
        ${comments.reports}, ${comments.hiddenReason}, ${comments.createdAt}::text, null::text
      from ${comments} join ${reviews} on ${reviews.id} = ${comments.reviewId}
      where ${wanted(comments)} ${seen} ${page(comments)})
    ) m order by m.id desc limit ${limit + 1}`);
  const entries = rows.slice(0, limit).map(
    ({ createdAt, editedAt, ...row }): Moderated => ({
      ...row,
      createdAt: new Date(createdAt),
      editedAt: editedAt === null ? null : new Date(editedAt),
    }),
  );
  const last = entries.at(-1);
  return { entries, nextCursor: rows.length > limit && last ? cursorAt(last.id) : undefined };
}

export interface ModerationAct {
  readonly kind: "review" | "comment";
  readonly id: string;
  /** Why, for the audit. */
  readonly reason: string;
  readonly actor: string;
}

/** Hides a review or a comment from everybody, ratings and counts included. Audited; again it changes the reason. */
export function hide(api: ReviewsApi, act: ModerationAct): Promise<void> {
  return moderate(api, act, act.reason);
}

/**
 * Lets everybody see it, hidden before or not, and takes what was reported of it as answered: the same
 * people may report it again. Audited.
 */
export function show(api: ReviewsApi, act: ModerationAct): Promise<void> {
  return moderate(api, act, null);
}

function moderate(api: ReviewsApi, act: ModerationAct, hiddenReason: string | null): Promise<void> {
  const { kind, id, reason, actor } = act;
  return writing(api, async (tx) => {
    if (kind === "review") await setHidden(tx, api, { id, hiddenReason });
    else await setCommentHidden(tx, id, hiddenReason);
    // Whoever reports it meanwhile waits for its lock, or has counted and is counted out with the rest.
    if (hiddenReason === null) await dismissReports(tx, act);
    const action = hiddenReason === null ? `show ${kind}` : `hide ${kind}`;
    await appendToAudit(tx.q, { actor, action, target: `${kind}/${id}`, detail: { reason } });
  });
}

async function dismissReports(
  { q }: Transaction,
  { kind, id }: Pick<ModerationAct, "kind" | "id">,
): Promise<void> {
  const [table, of] =
    kind === "review" ? [reviews, reports.reviewId] : [comments, reports.commentId];
  await q.delete(reports).where(eq(of, id));
  await q.update(table).set({ reports: 0 }).where(eq(table.id, id));
}

async function setCommentHidden(
  tx: Transaction,
  id: string,
  hiddenReason: string | null,
): Promise<void> {
  const { q } = tx;
  const [of] = await q
    .select({ reviewId: comments.reviewId })
    .from(comments)
    .where(eq(comments.id, id));
  if (!of) throw notFound();
  await q.select({ id: reviews.id }).from(reviews).where(eq(reviews.id, of.reviewId)).for("update");
  const [comment] = await q.select().from(comments).where(eq(comments.id, id)).for("update");
  if (!comment) throw notFound();
  const hiddenAt = hiddenReason === null ? null : sql`now()`;
  await q.update(comments).set({ hiddenReason, hiddenAt }).where(eq(comments.id, id));
  const was = comment.hiddenAt !== null;
  const is = hiddenReason !== null;
  if (was !== is) await countComment(tx, of.reviewId, is ? -1 : 1);
}

function idAt(cursor: string): string {
  const id = placeOf(cursor);
  if (!isUuid(id)) throw invalidCursor();
  return id;
}
