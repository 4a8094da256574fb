import type { Database, Queries, Transaction } from "@app/platform/postgres.ts";
import { and, asc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { EventFilter, ListRequest } from "../domain/list-request.ts";
import { decodeCursor, type EventCursor, encodeCursor } from "./event-cursor.ts";
import { eventColumns, eventFromRow, type ListedEvent } from "./event-row.ts";
import { areKnown, correctedWords, type WordWanted } from "./search-words.ts";
import { bookedSeats, events, locations } from "./tables.ts";

export interface EventPage {
  readonly events: readonly ListedEvent[];
  readonly nextCursor: string | undefined;
}

/**
 * One page of events, the earliest first by `(starts_at, id)`. Where a word that is searched for is
 * misspelt, the beginning of none that any event has, it is of the events that have similar ones in
 * its place, and so are the pages after it.
 */
export async function listEvents(db: Database, request: ListRequest): Promise<EventPage> {
  const { words, cursor, limit } = request;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  // One more than asked for tells whether another page follows.
  const wanted = { request, after, limit: limit + 1 };
  if (words === undefined && !request.available) return pageOf(await select(db.q, wanted), limit);

  return db.transaction(async (tx) => {
    await tx.q.execute(planByWords);
    const found = words ? await search(tx, wanted, words) : await findAvailable(tx.q, wanted, []);
    return pageOf(found, limit);
  });
}

async function search(
  tx: Transaction,
  wanted: Wanted,
  words: readonly string[],
): Promise<readonly ListedEvent[]> {
  // Sent together: one round trip.
  const [expected, isKnown] = await Promise.all([
    matchesExpected(tx.q, words),
    areKnown(tx, words),
  ]);
  if (isKnown.every(Boolean)) return findByWords(tx.q, wanted, { words, expected });

  const corrected = await correctedWords(tx, words, isKnown);
  if (corrected === undefined) return [];
  const put = { words: corrected, expected: await matchesExpected(tx.q, corrected) };
  return findByWords(tx.q, wanted, put);
}

interface Wanted {
  readonly request: EventFilter;
  readonly after: EventCursor | undefined;
  readonly limit: number;
}

/** Conditions of its own, and what it is in order of. */
interface Part {
  readonly own: readonly SQL[];
  readonly start: SQL | typeof events.startsAt;
}

async function findByWords(
  q: Queries,
  wanted: Wanted,
  { words, expected }: { readonly words: readonly WordWanted[]; readonly expected: number },
): Promise<readonly ListedEvent[]> {
  const having = [haveWords(words)];
  if (wanted.request.available) return findAvailable(q, wanted, having);
  const own = expected > SORTED_MAX ? having : [firstSorted(q, wanted, having)];
  return select(q, wanted, { own, start: events.startsAt });
}

/** What runs has begun before what is to come, so that one after the other they are in order. */
async function findAvailable(
  q: Queries,
  wanted: Wanted,
  words: readonly SQL[],
): Promise<readonly ListedEvent[]> {
  const [running, toCome] = await Promise.all([
    select(q, wanted, { own: [...words, isRunning], start: startSorted }),
    select(q, wanted, { own: [...words, isToCome], start: events.startsAt }),
  ]);
  return [...running, ...toCome].slice(0, wanted.limit);
}

/**
 * How many events have the words decides whether they are found by the words and then sorted, or in
 * order until there are enough. The planner knows it only from the words themselves, so the plan
 * that is kept for a statement's later calls, made for words in general, must not be used.
 */
const planByWords = sql`set local plan_cache_mode = force_custom_plan`;

/** Sorting so many takes as long as walking in order to the twentieth of so many in a million. */
const SORTED_MAX = 5_000;

/** How many events the planner expects to have the words: it counts those of frequent words. */
async function matchesExpected(q: Queries, words: readonly WordWanted[]): Promise<number> {
  const [row] = await q.execute<{ "QUERY PLAN": readonly { Plan: { "Plan Rows": number } }[] }>(
    sql`explain (format json) select from ${events} where ${haveWords(words)}`,
  );
  return row?.["QUERY PLAN"][0]?.Plan["Plan Rows"] ?? 0;
}

/**
 * The events of a page, found by the words and sorted before anything else is read of them. The
 * planner takes a look at a row's words for cheap and would walk, which costs ten times as much.
 */
function firstSorted(q: Queries, { request, after, limit }: Wanted, words: readonly SQL[]): SQL {
  const page = q
    .select({ id: events.id })
    .from(events)
    .where(and(...conditions(request), after && behind(after), ...words))
    .orderBy(asc(startSorted), asc(events.id))
    .limit(limit);
  return sql`${events.id} = any(array${page})`;
}

async function select(
  q: Queries,
  { request, after, limit }: Wanted,
  { own, start }: Part = { own: [], start: events.startsAt },
): Promise<readonly ListedEvent[]> {
  const rows = await q
    .select(eventColumns)
    .from(events)
    .innerJoin(locations, eq(locations.id, events.locationId))
    .leftJoin(bookedSeats, eq(bookedSeats.eventId, events.id))
    .where(and(...conditions(request), after && behind(after), ...own))
    .orderBy(asc(start), asc(events.id))
    .limit(limit);
  return rows.map(eventFromRow);
}

function pageOf(found: readonly ListedEvent[], limit: number): EventPage {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = found.length > limit && last ? encodeCursor(last.event) : undefined;
  return { events: shown, nextCursor };
}

function conditions({ nameKey, countryKey, from, to }: EventFilter) {
  return [
    nameKey === undefined ? undefined : eq(events.nameKey, nameKey),
    countryKey === undefined ? undefined : eq(events.countryKey, countryKey),
    from && gte(events.startsAt, from),
    to && lt(events.startsAt, to),
  ];
}

const hasSeats = sql`${events.status} = 'SCHEDULED'
  and ${events.capacity} > coalesce(${bookedSeats.seats}, 0)`;

/**
 * Available is what has seats left and is not over, by the database's clock. What has begun is found
 * by an index of its own: in order of beginning it would stand behind all that is over.
 */
const isRunning = sql`${hasSeats} and ${events.startsAt} <= now()
  and tstzrange(${events.startsAt}, ${events.endsAt}) @> now()`;

/**
 * The same order, and one that no index has: what runs is the last of all that has begun, and the
 * planner, which expects it anywhere, would rather walk in order through all that is over.
 */
const startSorted = sql`${events.startsAt} + interval '0'`;

const isToCome = sql`${hasSeats} and ${events.startsAt} > now()`;

function behind({ startsAt, id }: EventCursor): SQL {
  return sql`(${events.startsAt}, ${events.id}) > (${startsAt.toISOString()}::timestamptz, ${id}::uuid)`;
}

/** Words hold letters and digits alone, so that quotes are all that a query needs around them. */
function haveWords(words: readonly WordWanted[]): SQL {
  const parts = words.map((word) =>
    typeof word === "string" ? `'${word}':*` : `(${word.map((one) => `'${one}'`).join(" | ")})`,
  );
  return sql`${events.search} @@ ${parts.join(" & ")}::tsquery`;
}
