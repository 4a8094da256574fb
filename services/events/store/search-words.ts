import type { Database, Transaction } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { searchWords } from "./tables.ts";
import { texts } from "./texts.ts";

/** Shorter words have too little in them to be like others, and numbers are not misspelt. */
const LENGTH_MIN = 3;
const LETTER = /\p{L}/u;
const SIMILAR_MAX = 5;

/** Remembers words. Sorted, so that two who add the same ones wait for each other in one order. */
export async function addSearchWords(tx: Transaction, words: readonly string[]): Promise<void> {
  const kept = words.filter((word) => word.length >= LENGTH_MIN && LETTER.test(word)).toSorted();
  if (kept.length === 0) return;
  await tx.q.execute(sql`
    insert into ${searchWords} (word) select unnest(${texts(kept)}) order by 1
    on conflict do nothing`);
}

/** For each word those known ones that are most like it, itself included; none is like nothing. */
export async function similarWords(
  db: Database,
  words: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const rows = await db.q.execute<{ similar: string[] }>(sql`
    select array(
      select word from ${searchWords}
      where word % wanted
      order by similarity(word, wanted) desc, word limit ${SIMILAR_MAX}
    ) as similar
    from unnest(${texts(words)}) with ordinality as given(wanted, position)
    order by position`);
  return rows.map(({ similar }) => similar);
}
