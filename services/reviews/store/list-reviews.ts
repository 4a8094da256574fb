import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { ListRequest } from "../domain/list-request.ts";
import type { Rating } from "../domain/rating.ts";
import { subjectText } from "../domain/subject.ts";
import { selectSeen } from "./find-review.ts";
import { findRating } from "./ratings.ts";
import type { ReviewsApi, SeenReview } from "./reviews-api.ts";
import { reviews } from "./tables.ts";

export interface ReviewPage {
  readonly reviews: readonly SeenReview[];
  readonly nextCursor: string | undefined;
  readonly rating: Rating;
}

/**
 * One page of a subject's reviews. Newest first by their ids, which ascend in time; `top` by likes,
 * which go on changing: a review that is liked between two pages may be on both or on neither. The
 * rating is looked at after the page: it may count a review that came in between.
 */
export async function listReviews(
  { db, authors }: ReviewsApi,
  { subject, sort, cursor, limit }: ListRequest,
  accountId: string | undefined,
): Promise<ReviewPage> {
  const by = accountId === undefined ? undefined : authors.of(accountId);
  const about = eq(reviews.subject, subjectText(subject));
  const where = and(about, cursor === undefined ? undefined : after(sort, cursor));
  const order = sort === "top" ? [desc(reviews.likes), desc(reviews.id)] : [desc(reviews.id)];
  // One more than asked for tells whether another page follows.
  const found = await selectSeen(db, by, { where, order, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    reviews: shown,
    nextCursor: found.length > limit && last ? cursorOf(last) : undefined,
    rating: await findRating(db, subject),
  };
}

const PLACE = /^(\d{1,9})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const cursorOf = ({ review: { likes, id } }: SeenReview) => cursorAt(`${likes}.${id}`);

function after(sort: ListRequest["sort"], cursor: string): SQL {
  const [, likes, id] = PLACE.exec(placeOf(cursor)) ?? [];
  if (likes === undefined || id === undefined) throw invalidCursor();
  if (sort === "new") return sql`${reviews.id} < ${id}::uuid`;
  return sql`(${reviews.likes}, ${reviews.id}) < (${likes}::int, ${id}::uuid)`;
}
