import type { Database, Transaction } from "@app/platform/postgres.ts";
import { asc, sql } from "drizzle-orm";
import type { Rating } from "../domain/rating.ts";
import { itemRatings } from "./tables.ts";
import { texts } from "./texts.ts";

export interface RatingsStore {
  /** Takes in all of a rating. One that is older than what is known changes nothing. */
  announce(rating: AnnouncedRating): Promise<void>;
}

export interface AnnouncedRating extends Rating {
  readonly sku: string;
  /** Of the message that announces it. */
  readonly key: string;
  readonly version: number;
}

export function ratingsStore({ q }: Transaction): RatingsStore {
  return {
    async announce({ sku, key, version, reviews, stars }) {
      await q.execute(sql`
        insert into ${itemRatings} as r (sku, key, version, reviews, stars)
        values (${sku}::text, ${key}::text, ${version}::bigint, ${reviews}::bigint, ${stars}::bigint)
        on conflict (sku) do update set version = excluded.version, reviews = excluded.reviews,
          stars = excluded.stars
        where r.version < excluded.version`);
    },
  };
}

/** Locks ratings by sku. */
export async function lockRatings({ q }: Transaction, skus: readonly string[]): Promise<void> {
  if (skus.length === 0) return;
  await q
    .select({ sku: itemRatings.sku })
    .from(itemRatings)
    .where(sql`${itemRatings.sku} = any(${texts(skus)})`)
    .orderBy(asc(itemRatings.sku))
    .for("update");
}

/** What is known of these items, by sku. */
export async function findRatings(
  { q }: Database,
  skus: readonly string[],
): Promise<ReadonlyMap<string, Rating>> {
  const { sku, reviews, stars } = itemRatings;
  const rows = await q
    .select({ sku, reviews, stars })
    .from(itemRatings)
    .where(sql`${sku} = any(${texts(skus)})`);
  return new Map(rows.map(({ sku, ...rating }) => [sku, rating]));
}

/** The versions that are stored of these keys, for the check that no message was lost unseen. */
export async function storedRatings(
  { q }: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { key, version } = itemRatings;
  const rows = await q
    .select({ key, version })
    .from(itemRatings)
    .where(sql`${key} = any(${texts(keys)})`);
  return new Map(rows.map(({ key, version }) => [key, version]));
}
