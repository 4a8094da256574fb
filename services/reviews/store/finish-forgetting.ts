import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import type { Author } from "../domain/review.ts";
import { forgetSlice } from "./forget-author.ts";
import { comments, likes, purchases, reports, reviews, writers } from "./tables.ts";

/** People that are looked at with one statement. */
const PEOPLE_MAX = 100;
/** Slices of one person in one round; the next round goes on. */
const SLICES_MAX = 1_000;
/**
 * What began before it was known that somebody left may write under their hash until it ends. No
 * transaction of this service may last for nearly as long as this.
 */
const UNDER_WAY = sql`interval '1 hour'`;

/**
 * Forgets what is left of everybody whose account is gone, in slices of a transaction each. Whoever left
 * so long ago that nothing can come any more, and has nothing, is done with.
 */
export async function finishForgetting(db: Database, signal: AbortSignal): Promise<void> {
  for (let after = ""; !signal.aborted; ) {
    const people = await db.q.execute<{ author: Author }>(sql`
      select author from ${writers}
      where left_at is not null and not forgotten and author > ${after}::text
      order by author limit ${PEOPLE_MAX}`);
    for (const { author } of people) {
      for (let slices = 0; slices < SLICES_MAX && !signal.aborted; slices += 1)
        if ((await forgetSlice(db, author)) === 0) break;
      await endForgetting(db, author);
      after = author;
    }
    if (people.length < PEOPLE_MAX) return;
  }
}

/** A row that was passed over since somebody held it is still there. */
async function endForgetting({ q }: Database, author: Author): Promise<void> {
  const tables = [purchases, reviews, comments, likes, reports];
  const nothing = tables.map(
    (table) => sql`not exists (select from ${table} t where t.author = ${author}::text)`,
  );
  await q.execute(sql`
    update ${writers} set forgotten = true
    where author = ${author}::text and left_at <= now() - ${UNDER_WAY}
      and ${sql.join(nothing, sql` and `)}`);
}
