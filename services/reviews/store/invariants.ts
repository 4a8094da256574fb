import type { Breach, Invariant, Look, Slice } from "@app/platform/messaging/invariant.ts";
import { outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { comments, likes, ratings, reviews } from "./tables.ts";

/** What is true of reviews at any moment. */
export const reviewsInvariants: readonly Invariant[] = [
  {
    name: "ratings-as-recounted",
    sentence: "a rating is what its reviews that are shown come to",
    look: (tx, slice) => ofRatings(tx, slice, recounted),
  },
  {
    name: "ratings-as-stated",
    sentence: "the last thing that was stated about a rating is its present version",
    look: (tx, slice) => ofRatings(tx, slice, stated),
  },
  {
    name: "likes-as-counted",
    sentence: "a review has as many likes as there are people who like it",
    look: (tx, slice) => ofReviews(tx, slice, liked),
  },
  {
    name: "comments-as-counted",
    sentence: "a review has as many comments as are shown",
    look: (tx, slice) => ofReviews(tx, slice, commented),
  },
];

const recounted = sql`
  select 'rating/' || s.subject as about,
    'says ' || s.reviews || ' reviews of ' || s.stars || ' stars, and there are '
      || r.reviews || ' of ' || r.stars as problem
  from slice s cross join lateral (
    select count(*) as reviews, coalesce(sum(rating), 0) as stars
    from ${reviews} where subject = s.subject and hidden_at is null
  ) r where r.reviews <> s.reviews or r.stars <> s.stars`;

/** What was stated may be forgotten by now, all of it or its beginning, but never its end alone. */
const stated = sql`
  select s.key as about,
    'at version ' || s.version || ', and stated up to ' || stated.version as problem
  from slice s join lateral (
    select max(version) as version from (
      select version from ${outboxSent} where key = s.key
      union all select version from ${outbox} where key = s.key
    ) message
  ) stated on stated.version <> s.version`;

const liked = sql`
  select 'review/' || s.id as about, 'says ' || s.likes || ' likes of ' || l.count as problem
  from slice s cross join lateral (
    select count(*) as count from ${likes} where review_id = s.id
  ) l where l.count <> s.likes`;

const commented = sql`
  select 'review/' || s.id as about,
    'says ' || s.comments || ' comments of ' || c.count as problem
  from slice s cross join lateral (
    select count(*) as count from ${comments} where review_id = s.id and hidden_at is null
  ) c where c.count <> s.comments`;

/** Subjects in their order; the cursor is the last one looked at. */
const ofRatings = (tx: Transaction, slice: Slice, broken: SQL): Promise<Look> =>
  look(tx, slice, {
    rows: sql`select subject, key, reviews, stars, version from ${ratings}
      where subject > ${slice.cursor ?? ""}::text order by subject`,
    last: sql`max(subject)`,
    broken,
  });

/** Ids are in the order in which they were made; the cursor is the last one looked at. */
const ofReviews = (tx: Transaction, slice: Slice, broken: SQL): Promise<Look> =>
  look(tx, slice, {
    rows: sql`select id, likes, comments from ${reviews}
      where ${slice.cursor ?? null}::uuid is null or id < ${slice.cursor ?? null}::uuid
      order by id desc`,
    last: sql`(array_agg(id order by id))[1]::text`,
    broken,
  });

interface Looked {
  readonly rows: SQL;
  readonly last: SQL;
  readonly broken: SQL;
}

async function look(
  { q }: Transaction,
  { rowsMax, breachesMax }: Slice,
  { rows, last, broken }: Looked,
): Promise<Look> {
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (${rows} limit ${rowsMax}),
      broken as (${broken} limit ${breachesMax})
    select (select count(*) from slice) as checked, (select ${last} from slice) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const next = checked === rowsMax && row?.last ? row.last : undefined;
  return { checked, breaches: row?.breaches ?? [], next };
}

interface Found extends Record<string, unknown> {
  readonly checked: string;
  readonly last: string | null;
  readonly breaches: Breach[];
}
