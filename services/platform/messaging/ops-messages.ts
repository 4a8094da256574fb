import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "../postgres.ts";
import { within } from "../within.ts";
import type { Broker, StoredMessage } from "./broker.ts";
import { readHeaders } from "./incoming.ts";
import { messagesOf } from "./lane-gaps.ts";
import type { Inspected } from "./messaging.ts";
import { unlessTooLong } from "./ops-in-time.ts";
import { findLane } from "./ops-lanes.ts";
import type { MessagesView, ReceivedMessageView } from "./ops-views.ts";
import { attempts, deadLetters, inbox, outbox, outboxSent, parked } from "./tables.ts";

/** More messages than any aggregate ought to have; the first ones are shown. */
const messagesMax = 200;
/** A stream that is asked for no longer than this counts as not asked. */
const streamWithinMs = 600;
/** The outbox has no index by key, which each message would pay for: a long one is not read through. */
const outboxWithinMs = 400;

/** The way of one aggregate's messages through this service: what it stated, and what it heard. */
export async function showMessages(inspected: Inspected, key: string): Promise<MessagesView> {
  const { db, consumers } = inspected;
  // Both wait for something that may not answer: one after the other they would take too long.
  const [sent, heard] = await Promise.all([
    sentMessages(db, key),
    Promise.all(
      consumers.map(async ({ consumer, stream }) => ({
        consumer,
        stream,
        ...(await received(inspected, { consumer, stream, key })),
      })),
    ),
  ]);
  return { key, ...sent, received: heard };
}

async function sentMessages(
  db: Database,
  key: string,
): Promise<Pick<MessagesView, "sent" | "outboxUnread">> {
  const columns = (table: typeof outbox | typeof outboxSent) => ({
    eventId: table.eventId,
    version: table.version,
    subject: table.subject,
    createdAt: table.createdAt,
  });
  // A row that goes out meanwhile is found in both, or it would be in neither.
  const waiting = await unlessTooLong(db, outboxWithinMs, ({ q }) =>
    q
      .select(columns(outbox))
      .from(outbox)
      .where(eq(outbox.key, key))
      .orderBy(asc(outbox.version))
      .limit(messagesMax),
  );
  const sent = await db.q
    .select({
      ...columns(outboxSent),
      sentAt: outboxSent.sentAt,
      stream: outboxSent.stream,
      sequence: outboxSent.streamSequence,
    })
    .from(outboxSent)
    .where(eq(outboxSent.key, key))
    .orderBy(asc(outboxSent.version))
    .limit(messagesMax);

  const unsent = { sentAt: null, stream: null, sequence: null };
  const gone = new Set(sent.map(({ eventId }) => eventId));
  const left = (waiting ?? []).filter(({ eventId }) => !gone.has(eventId));
  const views = [...sent, ...left.map((row) => ({ ...row, ...unsent }))]
    .toSorted((a, b) => a.version - b.version)
    .map((row) => ({
      ...row,
      type: row.subject.slice(0, row.subject.lastIndexOf(".")),
      createdAt: row.createdAt.toISOString(),
      sentAt: row.sentAt?.toISOString() ?? null,
    }));
  return { sent: views, ...(waiting ? {} : { outboxUnread: true }) };
}

interface Place {
  readonly consumer: string;
  readonly stream: string;
  readonly key: string;
}

/** The stream says what came; the database says what became of it. */
async function received(
  { db, broker }: Inspected,
  { consumer, stream, key }: Place,
): Promise<Omit<MessagesView["received"][number], "consumer" | "stream">> {
  const inStream = await askStream(broker, stream, key);
  const [lane, dead, waiting] = await Promise.all([
    findLane(db, consumer, key),
    selectHeld(db, deadLetters, { consumer, key }),
    selectHeld(db, parked, { consumer, key }),
  ]);
  const letters = await db.q
    .select({
      eventId: deadLetters.eventId,
      id: deadLetters.id,
      state: deadLetters.state,
      attempts: deadLetters.attempts,
      resolvedAt: deadLetters.resolvedAt,
    })
    .from(deadLetters)
    .where(and(eq(deadLetters.consumer, consumer), eq(deadLetters.key, key)))
    .limit(messagesMax);
  const letterOf = new Map(letters.map((letter) => [letter.eventId, letter]));
  const parkedOf = new Map(waiting.map((row) => [row.eventId, row]));
  const errors = new Map(dead.map(({ eventId, error }) => [eventId, error]));

  const known = new Map<string, ReturnType<typeof placed>>();
  for (const row of [...dead, ...waiting]) known.set(row.eventId, placed(row, row));
  for (const { version, message } of inStream ?? []) {
    const { eventId } = readHeaders(message);
    known.set(eventId, placed(message, { eventId, version }));
  }
  const takenIn = await takenInTimes(db, consumer, [...known.keys()]);
  const failing = await failedAttempts(db, consumer, [...known.keys()]);

  const messages = [...known.values()].map((message): ReceivedMessageView => {
    const letter = letterOf.get(message.eventId);
    const isDead = letter?.state === "dead";
    const past = letter?.state === "discarded" ? "discarded" : "handled";
    const atRest = parkedOf.get(message.eventId);
    const failed = atRest ?? failing.get(message.eventId);
    const handled = takenIn.has(message.eventId) || message.version <= (lane?.version ?? 0);
    const takenInAt = letter ? letter.resolvedAt : takenIn.get(message.eventId);
    return {
      ...message,
      state: isDead ? "dead" : atRest ? "parked" : handled ? past : "unseen",
      takenInAt: takenInAt?.toISOString() ?? null,
      deadLetterId: letter?.id ?? null,
      attempts: isDead ? (letter?.attempts ?? 0) : (failed?.attempts ?? 0),
      error: (isDead ? errors.get(message.eventId) : failed?.error) ?? null,
      retryAt: atRest?.retryAt?.toISOString() ?? null,
    };
  });
  return {
    streamAsked: inStream !== undefined,
    lane: lane ?? null,
    messages: messages
      .toSorted((a, b) => a.version - b.version || a.sequence - b.sequence)
      .slice(0, messagesMax),
  };
}

/** Undefined when the broker is away or does not answer: what the database knows is shown all the same. */
async function askStream(broker: Broker, stream: string, key: string) {
  if (!broker.connected()) return undefined;
  try {
    const found = messagesOf(broker, { stream, key, wanted: () => true, limit: messagesMax });
    return await within(found, streamWithinMs, "the stream does not answer");
  } catch {
    return undefined; // The answer says that the stream was not asked.
  }
}

function placed(
  message: StoredMessage,
  { eventId, version }: { readonly eventId: string; readonly version: number | null },
) {
  const { type, sequence, publishedAt } = readHeaders(message);
  return {
    eventId,
    version: version ?? 0,
    type,
    sequence,
    publishedAt: publishedAt.toISOString(),
  };
}

async function selectHeld(
  { q }: Database,
  table: typeof parked | typeof deadLetters,
  { consumer, key }: Pick<Place, "consumer" | "key">,
) {
  const rows = await q
    .select({
      eventId: table.eventId,
      version: table.version,
      attempts: table.attempts,
      retryAt: table === parked ? parked.retryAt : sql<null>`null`,
      stream: table.stream,
      sequence: table.streamSequence,
      subject: table.subject,
      headers: table.headers,
      publishedAt: table.publishedAt,
      error: table.error,
    })
    .from(table)
    .where(and(eq(table.consumer, consumer), eq(table.key, key)))
    .orderBy(asc(table.version))
    .limit(messagesMax);
  return rows.map((row) => ({ ...row, payload: new Uint8Array() }));
}

async function takenInTimes(
  { q }: Database,
  consumer: string,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await q
    .select({ eventId: inbox.eventId, handledAt: inbox.handledAt })
    .from(inbox)
    .where(
      and(
        eq(inbox.consumer, consumer),
        sql`${inbox.eventId} = any(${sql.param(eventIds)}::uuid[])`,
      ),
    );
  return new Map(rows.map(({ eventId, handledAt }) => [eventId, handledAt]));
}

/** Of messages that are still with the broker. */
async function failedAttempts(
  { q }: Database,
  consumer: string,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, { attempts: number; error: string | null; retryAt: null }>> {
  const { eventId, error } = attempts;
  const rows = await q
    .select({ eventId, error, attempts: attempts.attempts })
    .from(attempts)
    .where(
      and(eq(attempts.consumer, consumer), sql`${eventId} = any(${sql.param(eventIds)}::uuid[])`),
    );
  return new Map(rows.map((row) => [row.eventId, { ...row, retryAt: null }]));
}
