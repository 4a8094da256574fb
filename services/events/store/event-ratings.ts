import type { Database, Transaction } from "@app/platform/postgres.ts";
import { asc, sql } from "drizzle-orm";
import type { Rating } from "../domain/rating.ts";
import { eventRatings } from "./tables.ts";
import { uuids } from "./texts.ts";

export interface RatingsStore {
  /** Takes in all of a rating. One that is older than what is known changes nothing. */
  announce(rating: AnnouncedRating): Promise<void>;
}

export interface AnnouncedRating extends Rating {
  readonly eventId: string;
  /** Of the message that announces it. */
  readonly version: number;
}

export function ratingsStore({ q }: Transaction): RatingsStore {
  return {
    async announce({ eventId, version, reviews, stars }) {
      await q.execute(sql`
        insert into ${eventRatings} as r (event_id, version, reviews, stars)
        values (${eventId}::uuid, ${version}::bigint, ${reviews}::bigint, ${stars}::bigint)
        on conflict (event_id) do update set version = excluded.version,
          reviews = excluded.reviews, stars = excluded.stars
        where r.version < excluded.version`);
    },
  };
}

/** Locks ratings by their events' ids, which must be sorted. */
export async function lockRatings({ q }: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await q
    .select({ eventId: eventRatings.eventId })
    .from(eventRatings)
    .where(sql`${eventRatings.eventId} = any(${uuids(ids)})`)
    .orderBy(asc(eventRatings.eventId))
    .for("update");
}

const KEY = /^event_rating\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The versions that are stored of these keys, for the check that no message was lost unseen. */
export async function storedRatings(
  { q }: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const ids = keys.flatMap((key) => KEY.exec(key)?.[1] ?? []);
  const rows = await q
    .select({ id: eventRatings.eventId, version: eventRatings.version })
    .from(eventRatings)
    .where(sql`${eventRatings.eventId} = any(${uuids(ids)})`);
  return new Map(rows.map(({ id, version }) => [`event_rating/${id}`, version]));
}
