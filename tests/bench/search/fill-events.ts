import type { Pool } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";

const WORDS = 30_000;
const HALLS = 1_000;
const BATCH = 20_000;
const WORDS_IN_NAME = 4;
const consonants = [
  "b",
  "br",
  "d",
  "f",
  "g",
  "gr",
  "k",
  "l",
  "m",
  "n",
  "p",
  "r",
  "st",
  "t",
] as const;
const vowels = ["a", "e", "i", "o", "u", "ei"] as const;

/** The word of a rank, of three syllables: words are like each other, but not all of them. */
export function wordAt(rank: number): string {
  const syllableCount = consonants.length * vowels.length;
  // Neighbours in rank are far from each other as words.
  const number = ((rank % WORDS) * 7_919 + 104_729) % syllableCount ** 3;
  const syllables = [number, number / syllableCount, number / syllableCount ** 2].map(syllableAt);
  return syllables.join("");
}

function syllableAt(number: number): string {
  const nth = Math.floor(number);
  const vowel = vowels[nth % vowels.length] ?? "";
  return (consonants[Math.floor(nth / vowels.length) % consonants.length] ?? "") + vowel;
}

/**
 * Fills an empty database with events of four words each, a few of which are in many names and most
 * in few; in a thousand halls of fifty countries, one every day and a half, half of them over. Half
 * have bookings, and a few of those are sold out. Names and dates are the same every time.
 */
export async function fillEvents({ q }: Pool, count: number): Promise<void> {
  await q.execute(sql`
    insert into locations
    select gen_random_uuid(), 'Location ' || n, '', 'Land ' || n % 50, 0, 24, 1, now()
    from generate_series(0, ${HALLS - 1}::int) n`);
  await q.execute(sql`
    insert into halls select gen_random_uuid(), id, 'Hall', null, 500, 0 from locations`);
  await q.execute(sql`
    create table bench_halls as
    select row_number() over (order by h.id) - 1 as nth, h.id, h.location_id,
      lower(l.country) as country_key
    from halls h join locations l on l.id = h.location_id`);
  const chance = seededChance(1);
  for (let first = 0; first < count; first += BATCH) {
    const size = Math.min(BATCH, count - first);
    const names = Array.from({ length: size }, () => nameBy(chance));
    await q.execute(batch(names, first, count));
  }
  const words = Array.from({ length: WORDS }, (_, rank) => wordAt(rank));
  await q.execute(sql`
    insert into search_words select unnest(${sql.param(words)}::text[]) on conflict do nothing`);
  await q.execute(sql`drop table bench_halls`);
  await q.execute(sql`
    insert into booked_seats
    select id, get_byte(uuid_send(id), 15) * 2 from events where get_byte(uuid_send(id), 14) < 128`);
  await q.execute(sql`analyze`);
}

function batch(names: readonly string[], first: number, count: number) {
  return sql`
    insert into events (id, name, name_key, starts_at, ends_at, duration_minutes, location_id,
      hall_id, hall_capacity, country_key, capacity, seats_max, one_booking_each, status,
      organiser_id, search, version, created_at, updated_at)
    select gen_random_uuid(), name, name, at, at + interval '2 hours', 120, h.location_id, h.id, 500,
      h.country_key, 500, 10, false, 'SCHEDULED', 'bench',
      array_to_tsvector(string_to_array(name || ' hall location', ' ')), 1, now(), now()
    from unnest(${sql.param(names)}::text[]) with ordinality as given(name, place)
    cross join lateral (select ${first}::int + place::int - 1 as n) numbered
    join bench_halls h on h.nth = n % ${HALLS}::int
    cross join lateral (select date_trunc('hour', now())
      + (n / ${HALLS}::int - ${count}::int / ${HALLS}::int / 2) * interval '36 hours' as at) event`;
}

/** The third power of chance: half of all words are among the first eighth. */
function nameBy(chance: () => number): string {
  const ranks = Array.from({ length: WORDS_IN_NAME }, () => Math.floor(WORDS * chance() ** 3));
  return ranks.map(wordAt).join(" ");
}

/** A linear congruential generator: chance enough, and the same again. */
function seededChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
