import { and, asc, count, eq, inArray, lte, notInArray, type SQL, sql } from "drizzle-orm";
import type { Database, Queries } from "../postgres.ts";
import type { SentMessage } from "./outbox-store.ts";
import { differences, reconciled, type SweepKind } from "./reconcile-tables.ts";
import { deadLetters, inbox, lanes, outbox, outboxSent, parked } from "./tables.ts";

/** One thing that is compared: a stream with the traces of a consumer, or with what was sent to it. */
export interface Sweep {
  readonly kind: SweepKind;
  readonly stream: string;
  /** Empty for what was sent. */
  readonly consumer: string;
}

/** How far a sweep has come. */
export type Progress = typeof reconciled.$inferSelect;

/** A message that has left no trace where it should have. */
export interface Missing {
  readonly sequence: number;
  readonly eventId: string;
  readonly key: string | null;
  readonly version: number | null;
  readonly subject: string;
}

/** How far one step of a sweep went, and what it missed. */
export interface Step {
  readonly sequence: number;
  readonly witness?: { readonly sequence: number; readonly text: string } | undefined;
  readonly missing: readonly Missing[];
}

const ofSweep = ({ kind, stream, consumer }: Sweep) =>
  and(eq(reconciled.kind, kind), eq(reconciled.stream, stream), eq(reconciled.consumer, consumer));

const foundBy = ({ kind, stream, consumer }: Sweep) =>
  and(
    eq(differences.kind, kind),
    eq(differences.stream, stream),
    eq(differences.consumer, consumer),
  );

export async function progressOf({ q }: Database, sweep: Sweep): Promise<Progress | undefined> {
  const [row] = await q.select().from(reconciled).where(ofSweep(sweep));
  return row;
}

/** Starts a sweep at the beginning of a stream of which nothing was swept: what an older one missed is forgotten. */
export async function beginSweep(
  db: Database,
  { kind, stream, consumer }: Sweep,
  createdAt: string,
): Promise<Progress> {
  const anew = {
    createdAt,
    sequence: 0,
    target: 0,
    witnessSequence: 0,
    witness: "",
    beganAt: sql`now()`,
    at: sql`now()`,
  };
  return db.transaction(async ({ q }) => {
    await q.delete(differences).where(foundBy({ kind, stream, consumer }));
    const [row] = await q
      .insert(reconciled)
      .values({ kind, stream, consumer, ...anew })
      .onConflictDoUpdate({
        target: [reconciled.kind, reconciled.stream, reconciled.consumer],
        set: anew,
      })
      .returning();
    if (!row) throw new Error("beginning a sweep returned no row");
    return row;
  });
}

/** Sends every sweep of this service back to the beginning of its stream; what they miss stays noted. */
export async function restartSweeps(q: Queries): Promise<void> {
  await q
    .update(reconciled)
    .set({ sequence: 0, witnessSequence: 0, witness: "", beganAt: sql`now()` });
}

/** Notes how far a sweep may go. */
export async function noteTarget({ q }: Database, sweep: Sweep, target: number): Promise<void> {
  await q.update(reconciled).set({ target, at: sql`now()` }).where(ofSweep(sweep));
}

/**
 * Stores a step and what it missed, together. Nothing is stored when the sweep was sent back, or
 * moved by another leader, since `before` was read.
 */
export async function advance(
  db: Database,
  sweep: Sweep,
  { before, step }: { readonly before: Progress; readonly step: Step },
): Promise<boolean> {
  return db.transaction(async ({ q }) => {
    const { sequence, witness, missing } = step;
    const seen = witness ? { witnessSequence: witness.sequence, witness: witness.text } : {};
    const moved = await q
      .update(reconciled)
      .set({ sequence, at: sql`now()`, ...seen })
      .where(
        and(
          ofSweep(sweep),
          eq(reconciled.sequence, before.sequence),
          eq(reconciled.beganAt, before.beganAt),
        ),
      )
      .returning({ sequence: reconciled.sequence });
    if (moved.length === 0) return false;
    if (missing.length > 0) {
      await q
        .insert(differences)
        .values(missing.map((message) => ({ ...sweep, ...message })))
        .onConflictDoNothing();
    }
    return true;
  });
}

/** What a sweep misses and has not looked at again for `restMs`, the longest unseen first. */
export async function missedBy(
  { q }: Database,
  sweep: Sweep,
  { restMs, limit }: { readonly restMs: number; readonly limit: number },
): Promise<readonly Missing[]> {
  return q
    .select({
      sequence: differences.sequence,
      eventId: differences.eventId,
      key: differences.key,
      version: differences.version,
      subject: differences.subject,
    })
    .from(differences)
    .where(
      and(
        foundBy(sweep),
        lte(differences.seenAt, sql`now() - make_interval(secs => ${restMs / 1000}::float8)`),
      ),
    )
    .orderBy(asc(differences.seenAt), asc(differences.sequence))
    .limit(limit);
}

export async function missedCount({ q }: Database, sweep: Sweep): Promise<number> {
  const [row] = await q.select({ count: count() }).from(differences).where(foundBy(sweep));
  return row?.count ?? 0;
}

/** Stores a second look: what turned up is forgotten, what is still missing is confirmed. Returns how many are newly so. */
export async function keepLook(
  db: Database,
  sweep: Sweep,
  { looked, still }: { readonly looked: readonly number[]; readonly still: readonly number[] },
): Promise<number> {
  if (looked.length === 0) return 0;
  const among = inArray(differences.sequence, [...looked]);
  return db.transaction(async ({ q }) => {
    const kept = still.length > 0 ? notInArray(differences.sequence, [...still]) : undefined;
    await q.delete(differences).where(and(foundBy(sweep), among, kept));
    const before = await q
      .select({ sequence: differences.sequence })
      .from(differences)
      .where(and(foundBy(sweep), among, eq(differences.confirmed, false)));
    await q
      .update(differences)
      .set({ confirmed: true, seenAt: sql`now()` })
      .where(and(foundBy(sweep), among));
    return before.length;
  });
}

/** A message at or below an ack floor, as far as telling whether it left a trace. */
export interface Acknowledged {
  readonly eventId: string;
  readonly key: string | null;
  readonly version: number | null;
}

/**
 * Which of these left no trace with a consumer that orders by key. With a lane, its version says that
 * a message was handled, a parked or dead row that it is kept, and the mark of a lane that is behind
 * that it is owed; the inbox proves nothing here, because a parked message has its row there too.
 * Without one a message is a dead letter.
 */
export async function untracedByKey(
  { q }: Database,
  consumer: string,
  messages: readonly Acknowledged[],
): Promise<ReadonlySet<number>> {
  return indexesOf(
    q,
    messages,
    sql`case when m.key = '' then not exists (
        select 1 from ${deadLetters} d
        where d.consumer = ${consumer} and d.event_id = m.event_id and d.key is null
      ) else not exists (
        select 1 from ${lanes} l where l.consumer = ${consumer} and l.key = m.key
          and (l.version >= m.version or l.behind)
      ) and not exists (
        select 1 from ${parked} p
        where p.consumer = ${consumer} and p.key = m.key and p.version = m.version
      ) and not exists (
        select 1 from ${deadLetters} d where d.consumer = ${consumer} and d.key = m.key
          and d.version = m.version and d.state = 'dead'
      ) end`,
  );
}

/** Which of these left no trace with a consumer that keeps the latest state: neither an inbox row nor a dead letter. */
export async function untracedByLatest(
  { q }: Database,
  consumer: string,
  messages: readonly Acknowledged[],
): Promise<ReadonlySet<number>> {
  return indexesOf(
    q,
    messages,
    sql`not exists (
        select 1 from ${inbox} i where i.consumer = ${consumer} and i.event_id = m.event_id
      ) and not exists (
        select 1 from ${deadLetters} d where d.consumer = ${consumer}
          and case when m.key = '' then d.event_id = m.event_id and d.key is null
            else d.key = m.key and d.version = m.version end
      )`,
  );
}

async function indexesOf(
  q: Queries,
  messages: readonly Acknowledged[],
  isUntraced: SQL,
): Promise<ReadonlySet<number>> {
  const rows = await q.execute<{ at: number }>(sql`
    select m.at from unnest(
      ${sql.param(messages.map((_, index) => index))}::int[],
      ${sql.param(messages.map(({ eventId }) => eventId))}::uuid[],
      ${sql.param(messages.map(({ key }) => key ?? ""))}::text[],
      ${sql.param(messages.map(({ version }) => version ?? 0))}::bigint[]
    ) as m (at, event_id, key, version)
    where ${isUntraced}`);
  return new Set(rows.map(({ at }) => Number(at)));
}

/** More rows are not read: an outbox so long has better to do than to be searched every few seconds. */
const pendingReadMax = 10_000;

interface PendingRows {
  readonly any: boolean;
  readonly anyUpTo: boolean;
  readonly highest: number;
}

/**
 * Which rows of these subjects, not older than `ageMaxMs`, wait in the outbox: any, and any with an
 * id up to `upTo`. Undefined where it is longer than is read.
 */
export async function pendingRows(
  { q }: Database,
  { subjects, upTo, ageMaxMs }: { subjects: string; upTo: number; ageMaxMs: number },
): Promise<PendingRows | undefined> {
  const [row] = await q.execute<Record<"read" | "lowest" | "highest", string | null>>(sql`
    with waiting as materialized (
      select id, subject ~ ${subjects}
        and created_at > now() - make_interval(secs => ${ageMaxMs / 1000}::float8) as counts
      from ${outbox} order by id limit ${pendingReadMax + 1}
    )
    select count(*) as read, min(id) filter (where counts) as lowest,
      max(id) filter (where counts) as highest
    from waiting`);
  if (Number(row?.read ?? 0) > pendingReadMax) return undefined;
  const lowest = row?.lowest == null ? undefined : Number(row.lowest);
  return {
    any: lowest !== undefined,
    anyUpTo: lowest !== undefined && lowest <= upTo,
    highest: Number(row?.highest ?? 0),
  };
}

/** What differences say of sent messages. */
export async function describeSent(
  { q }: Database,
  stream: string,
  lost: readonly SentMessage[],
): Promise<readonly Missing[]> {
  if (lost.length === 0) return [];
  return q
    .select({
      sequence: outboxSent.streamSequence,
      eventId: outboxSent.eventId,
      key: outboxSent.key,
      version: outboxSent.version,
      subject: outboxSent.subject,
    })
    .from(outboxSent)
    .where(
      and(
        eq(outboxSent.stream, stream),
        inArray(
          outboxSent.streamSequence,
          lost.map(({ sequence }) => sequence),
        ),
        inArray(
          outboxSent.id,
          lost.map(({ id }) => id),
        ),
      ),
    );
}

/** The kept rows of missed messages that still count as sent to that place, and are young enough to be there. */
export async function stillSent(
  { q }: Database,
  stream: string,
  missed: readonly Missing[],
  ageMaxMs: number,
): Promise<readonly SentMessage[]> {
  const rows = await q.execute<{ id: string; event_id: string; sequence: string }>(sql`
    select s.id, s.event_id, s.stream_sequence as sequence
    from unnest(
      ${sql.param(missed.map(({ sequence }) => sequence))}::bigint[],
      ${sql.param(missed.map(({ eventId }) => eventId))}::uuid[]
    ) as m (sequence, event_id)
    join ${outboxSent} s on s.stream = ${stream} and s.stream_sequence = m.sequence
      and s.event_id = m.event_id
    where s.sent_at > now() - make_interval(secs => ${ageMaxMs / 1000}::float8)
    order by s.stream_sequence`);
  return rows.map(({ id, event_id, sequence }) => ({
    id: Number(id),
    eventId: event_id,
    sequence: Number(sequence),
  }));
}

/** How many messages are known to be missing, of all sweeps. */
export async function confirmedCount({ q }: Database): Promise<number> {
  const [row] = await q
    .select({ count: count() })
    .from(differences)
    .where(eq(differences.confirmed, true));
  return row?.count ?? 0;
}
