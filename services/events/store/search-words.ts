import type { Transaction } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { searchWords } from "./tables.ts";
import { texts } from "./texts.ts";

/** Shorter words have too little in them to be like others, and numbers are not misspelt. */
const LENGTH_MIN = 3;
const LETTER = /\p{L}/u;
const SIMILAR_MAX = 5;

/** Remembers words. Sorted, so that two who add the same ones wait for each other in one order. */
export async function addSearchWords(tx: Transaction, words: readonly string[]): Promise<void> {
  const kept = words.filter(isKept).toSorted();
  if (kept.length === 0) return;
  await tx.q.execute(sql`
    insert into ${searchWords} (word) select unnest(${texts(kept)}) order by 1
    on conflict do nothing`);
}

/** A word that is to occur as it is, or those of which one is to occur in its place. */
export type WordWanted = string | readonly string[];

/** Of each word whether it is the beginning of one that an event has, or too short to tell. */
export function areKnown(tx: Transaction, words: readonly string[]): Promise<readonly boolean[]> {
  return Promise.all(words.map(async (word) => !isKept(word) || (await isBeginning(tx, word))));
}

/**
 * Puts in the place of each word that is not known the known ones that are most like it. Undefined
 * when one is like none.
 */
export async function correctedWords(
  tx: Transaction,
  words: readonly string[],
  isKnown: readonly boolean[],
): Promise<readonly WordWanted[] | undefined> {
  const wanted = await Promise.all(
    words.map((word, at) => (isKnown[at] ? word : similarWords(tx, word))),
  );
  return wanted.some((similar) => similar.length === 0) ? undefined : wanted;
}

async function isBeginning({ q }: Transaction, word: string): Promise<boolean> {
  // Words are letters and digits, so that none of them is a wildcard.
  const rows = await q.execute(sql`
    select from ${searchWords} where word like ${`${word}%`}::text limit 1`);
  return rows.length > 0;
}

async function similarWords({ q }: Transaction, word: string): Promise<readonly string[]> {
  const rows = await q.execute<{ word: string }>(sql`
    select word from ${searchWords} where word % ${word}::text
    order by similarity(word, ${word}::text) desc, word limit ${SIMILAR_MAX}`);
  return rows.map(({ word }) => word);
}

function isKept(word: string): boolean {
  return word.length >= LENGTH_MIN && LETTER.test(word);
}
