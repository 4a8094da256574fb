import type { Database, Queries } from "@app/platform/postgres.ts";
import { and, asc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { SPAN_MAX_MS } from "../domain/event.ts";
import type { EventFilter, ListRequest } from "../domain/list-request.ts";
import { decodeCursor, type EventCursor, encodeCursor } from "./event-cursor.ts";
import { eventColumns, eventFromRow, type ListedEvent } from "./event-row.ts";
import { similarWords } from "./search-words.ts";
import { bookedSeats, events, locations } from "./tables.ts";

export interface EventPage {
  readonly events: readonly ListedEvent[];
  readonly nextCursor: string | undefined;
}

/**
 * One page of events, the earliest first by `(starts_at, id)`. Where nothing has the words that are
 * searched for, it is of the events that have similar ones, and so are the pages after it.
 */
export async function listEvents(db: Database, request: ListRequest): Promise<EventPage> {
  const { words, cursor, limit } = request;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const wanted = { request, after, limit: limit + 1 };
  if (words === undefined) return pageOf(await select(db.q, wanted), { limit, similar: false });

  if (after?.similar !== true) {
    const found = await search(db, wanted, anyBeginning(words));
    if (found.length > 0 || after) return pageOf(found, { limit, similar: false });
  }
  const similar = await similarWords(db, words);
  if (similar.some((alike) => alike.length === 0)) return { events: [], nextCursor: undefined };
  return pageOf(await search(db, wanted, oneOfEach(similar)), { limit, similar: true });
}

interface Wanted {
  readonly request: EventFilter;
  readonly after: EventCursor | undefined;
  readonly limit: number;
}

/**
 * How many events have the words decides whether they are found by the words and then sorted, or in
 * order until there are enough. The planner knows it only from the words themselves, so the plan
 * that is kept for a statement's later calls, made for words in general, must not be used.
 */
function search(db: Database, wanted: Wanted, query: string): Promise<readonly ListedEvent[]> {
  return db.transaction(async ({ q }) => {
    // Sent together: one round trip.
    const [, found] = await Promise.all([
      q.execute(sql`set local plan_cache_mode = force_custom_plan`),
      select(q, wanted, sql`${events.search} @@ ${query}::tsquery`),
    ]);
    return found;
  });
}

async function select(
  q: Queries,
  { request, after, limit }: Wanted,
  ...own: readonly SQL[]
): Promise<readonly ListedEvent[]> {
  const rows = await q
    .select(eventColumns)
    .from(events)
    .innerJoin(locations, eq(locations.id, events.locationId))
    .leftJoin(bookedSeats, eq(bookedSeats.eventId, events.id))
    .where(and(...conditions(request), after && behind(after), ...own))
    .orderBy(asc(events.startsAt), asc(events.id))
    // One more than asked for tells whether another page follows.
    .limit(limit);
  return rows.map(eventFromRow);
}

function pageOf(
  found: readonly ListedEvent[],
  { limit, similar }: { readonly limit: number; readonly similar: boolean },
): EventPage {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor =
    found.length > limit && last ? encodeCursor({ ...last.event, similar }) : undefined;
  return { events: shown, nextCursor };
}

function conditions({ nameKey, countryKey, from, to, available }: EventFilter) {
  return [
    nameKey === undefined ? undefined : eq(events.nameKey, nameKey),
    countryKey === undefined ? undefined : eq(events.countryKey, countryKey),
    from && gte(events.startsAt, from),
    to && lt(events.startsAt, to),
    available ? isAvailable : undefined,
  ];
}

/** By the database's clock. The first condition is the one that the index by start can use. */
const isAvailable = sql`${events.startsAt} > now() - make_interval(secs => ${SPAN_MAX_MS / 1_000}::float8)
  and ${events.endsAt} > now() and ${events.status} = 'SCHEDULED'
  and ${events.capacity} > coalesce(${bookedSeats.seats}, 0)`;

function behind({ startsAt, id }: EventCursor): SQL {
  return sql`(${events.startsAt}, ${events.id}) > (${startsAt.toISOString()}::timestamptz, ${id}::uuid)`;
}

/** Words hold letters and digits alone, so that quotes are all that a query needs around them. */
const anyBeginning = (words: readonly string[]) => words.map((word) => `'${word}':*`).join(" & ");

const oneOfEach = (similar: readonly (readonly string[])[]) =>
  similar.map((alike) => `(${alike.map((word) => `'${word}'`).join(" | ")})`).join(" & ");
