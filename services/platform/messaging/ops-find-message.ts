import { and, eq, inArray } from "drizzle-orm";
import type { NatsConnection } from "nats";
import type { Database, Queries } from "../postgres.ts";
import type { StoredMessage } from "./broker.ts";
import { type Incoming, readHeaders } from "./incoming.ts";
import { unlessTooLong } from "./ops-in-time.ts";
import { readPart } from "./ops-stream-read.ts";
import type { FoundMessageView } from "./ops-stream-views.ts";
import { connectionOf, type StreamAccess } from "./ops-streams.ts";
import { publishedBy } from "./published-stream.ts";
import { deadLetters, inbox, outbox, parked } from "./tables.ts";

type Found = NonNullable<FoundMessageView["found"]>;

/** These tables have no index by id, which each message would pay for: what is long is not read through. */
const tablesWithinMs = 400;
const streamsWithinMs = 1_500;
/** So many messages of a stream are looked at, around the moment that the id tells. */
const lookedAtMax = 20_000;
/** Clocks differ, and a message is stored a moment after it got its id. */
const clocksDifferMs = 5_000;
/** How long before it was handled a message may have been stored; the nearest is looked at first. */
const storedBeforeMs = [10_000, 600_000] as const;

/**
 * Where this service knows a message by its id alone: among what waits or failed, else in a stream
 * around the moment that the id itself (UUIDv7) or the inbox tells. A message that nobody here has
 * handled, with an id that tells no time, is not found.
 */
export async function findMessage(access: StreamAccess, id: string): Promise<FoundMessageView> {
  const { db } = access.inspected;
  const kept = await inTables(db, id);
  if (kept.found) return { id, found: kept.found, unread: [] };

  const places = await placesOf(access, id);
  if (places.length === 0) return { id, found: null, unread: kept.unread };
  const { found, unread } = await inStreams(access, places, id);
  return { id, found, unread: found ? [] : [...kept.unread, ...unread] };
}

interface Looked {
  readonly found: Found | null;
  readonly unread: string[];
}

async function inTables(db: Database, id: string): Promise<Looked> {
  const unread: string[] = [];
  for (const [name, find] of [
    ["dead letters", findLetter],
    ["parked messages", findParked],
    ["outbox", findUnsent],
  ] as const) {
    const rows = await unlessTooLong(db, tablesWithinMs, ({ q }) => find(q, id));
    if (rows === undefined) unread.push(name);
    const [found] = rows ?? [];
    if (found) return { found, unread: [] };
  }
  return { found: null, unread };
}

const heldColumns = (table: typeof deadLetters | typeof parked) => ({
  key: table.key,
  version: table.version,
  subject: table.subject,
  headers: table.headers,
  publishedAt: table.publishedAt,
  stream: table.stream,
  sequence: table.streamSequence,
});

async function findLetter(q: Queries, id: string): Promise<Found[]> {
  const rows = await q
    .select({ ...heldColumns(deadLetters), deadLetterId: deadLetters.id, state: deadLetters.state })
    .from(deadLetters)
    .where(eq(deadLetters.eventId, id))
    .limit(1);
  return rows.map((row) => ({ ...heldView(row), where: "dead_letter" }));
}

async function findParked(q: Queries, id: string): Promise<Found[]> {
  const rows = await q
    .select(heldColumns(parked))
    .from(parked)
    .where(eq(parked.eventId, id))
    .limit(1);
  return rows.map((row) => ({ ...heldView({ ...row, deadLetterId: null }), where: "parked" }));
}

async function findUnsent(q: Queries, id: string): Promise<Found[]> {
  const rows = await q
    .select({ key: outbox.key, version: outbox.version, subject: outbox.subject })
    .from(outbox)
    .where(eq(outbox.eventId, id))
    .limit(1);
  return rows.map(({ key, version, subject }) => ({
    where: "outbox",
    key,
    version,
    type: subject.slice(0, subject.lastIndexOf(".")),
    stream: null,
    sequence: null,
    deadLetterId: null,
  }));
}

type Held = Pick<Found, "key" | "version" | "deadLetterId"> &
  Omit<StoredMessage, "payload" | "stream"> & { readonly stream: string };

function heldView({ key, version, deadLetterId, ...stored }: Held) {
  const { type } = readHeaders({ ...stored, payload: new Uint8Array() });
  return { key, version, type, stream: stored.stream, sequence: stored.sequence, deadLetterId };
}

/** A stretch of a stream in which the message may be. */
interface Place {
  readonly stream: string;
  readonly since: Date;
  readonly until: Date;
}

async function placesOf({ inspected }: StreamAccess, id: string): Promise<readonly Place[]> {
  const { db, consumers, service, streams } = inspected;
  const around = (stream: string, at: Date, beforeMs: number): Place => ({
    stream,
    since: new Date(at.getTime() - beforeMs),
    until: new Date(at.getTime() + clocksDifferMs),
  });
  const handled = await handledAt(db, consumers, id);
  if (handled) {
    return storedBeforeMs.map((beforeMs) => around(handled.stream, handled.at, beforeMs));
  }
  const stated = timeOf(id);
  if (!stated) return [];
  return publishedBy(service, streams)
    .filter(({ shared }) => !shared)
    .map(({ name }) => ({
      ...around(name, stated, clocksDifferMs),
      // The broker may have been away for a while after it was stated.
      until: new Date(8_640_000_000_000_000),
    }));
}

async function handledAt(
  { q }: Database,
  consumers: StreamAccess["inspected"]["consumers"],
  id: string,
): Promise<{ readonly stream: string; readonly at: Date } | undefined> {
  const names = consumers.map(({ consumer }) => consumer);
  if (names.length === 0) return undefined;
  const [row] = await q
    .select({ consumer: inbox.consumer, at: inbox.handledAt })
    .from(inbox)
    .where(and(inArray(inbox.consumer, names), eq(inbox.eventId, id)))
    .limit(1);
  const stream = consumers.find(({ consumer }) => consumer === row?.consumer)?.stream;
  return row && stream !== undefined ? { stream, at: row.at } : undefined;
}

/** When a UUIDv7 was made (RFC 9562, section 5.7); undefined for another. */
function timeOf(id: string): Date | undefined {
  if (id.charAt(14) !== "7") return undefined;
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

async function inStreams(
  { broker }: StreamAccess,
  places: readonly Place[],
  id: string,
): Promise<Looked> {
  const nc = await connectionOf(broker);
  const signal = AbortSignal.timeout(streamsWithinMs);
  const unread = new Set<string>();
  for (const place of places) {
    const looked = await inPlace(nc, place, { id, signal });
    if (looked.found) return { found: foundIn(place.stream, looked.found), unread: [] };
    if (!looked.whole) unread.add(`${place.stream} since ${place.since.toISOString()}`);
  }
  return { found: null, unread: [...unread] };
}

async function inPlace(
  nc: NatsConnection,
  { stream, since, until }: Place,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<{ readonly found?: Incoming; readonly whole: boolean }> {
  const part = { stream, start: { time: since }, headersOnly: true };
  let lookedAt = 0;
  try {
    for await (const message of readPart(nc, part, signal)) {
      if (message.publishedAt > until) return { whole: true };
      const found = readHeaders(message);
      if (found.eventId === id) return { found, whole: true };
      lookedAt += 1;
      if (lookedAt >= lookedAtMax) return { whole: false };
    }
    return { whole: true };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { whole: false };
  }
}

function foundIn(stream: string, { lane, type, sequence }: Incoming): Found {
  return {
    where: "stream",
    key: lane?.key ?? null,
    version: lane?.version ?? null,
    type,
    stream,
    sequence,
    deadLetterId: null,
  };
}
