import type { Clock } from "@app/platform/clock.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { eq, sql } from "drizzle-orm";
import { type Rating, unrated } from "../domain/rating.ts";
import { type Subject, subjectText } from "../domain/subject.ts";
import { ratingMessage } from "./messages.ts";
import { ratingKey } from "./rating-key.ts";
import { ratings } from "./tables.ts";

export async function findRating({ q }: Database, subject: Subject): Promise<Rating> {
  const [row] = await q
    .select({ reviews: ratings.reviews, stars: ratings.stars })
    .from(ratings)
    .where(eq(ratings.subject, subjectText(subject)));
  return row ?? unrated;
}

/** Locks the rating of a subject, which is made where it is missing: its reviews change in turn. */
export async function lockRating({ q }: Transaction, subject: Subject): Promise<void> {
  const text = subjectText(subject);
  const { aggregate, id } = ratingKey(subject);
  const missing = { subject: text, key: `${aggregate}/${id}` };
  await q.insert(ratings).values(missing).onConflictDoNothing();
  await q
    .select({ subject: ratings.subject })
    .from(ratings)
    .where(eq(ratings.subject, text))
    .for("no key update");
}

/** Moves a locked rating and announces it, in one transaction with what moves it. */
export async function moveRating(
  tx: Transaction,
  subject: Subject,
  { moved, clock }: { readonly moved: Rating; readonly clock: Clock },
): Promise<void> {
  if (moved.reviews === 0 && moved.stars === 0) return;
  const [rating] = await tx.q
    .update(ratings)
    .set({
      reviews: sql`${ratings.reviews} + ${moved.reviews}::bigint`,
      stars: sql`${ratings.stars} + ${moved.stars}::bigint`,
      version: sql`${ratings.version} + 1`,
    })
    .where(eq(ratings.subject, subjectText(subject)))
    .returning();
  if (!rating) throw new Error(`the rating of ${subjectText(subject)} was not locked`);
  const { reviews, stars, version } = rating;
  const news = { reviews, stars, version, time: clock.now() };
  await appendToOutbox(tx, [ratingMessage(subject, news, tx.messageIds)]);
}
