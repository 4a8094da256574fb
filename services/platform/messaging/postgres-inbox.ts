import { and, asc, eq, gt, isNull, lte, notExists, or, sql } from "drizzle-orm";
import type { Database, Transaction } from "../postgres.ts";
import { columnsOf, type RawRow, rowReader, statement } from "../statement.ts";
import { appendToAudit } from "./audit.ts";
import type { Failures, InboxStore, ParkedMessage, ServiceUnit } from "./inbox.ts";
import { asSeen } from "./postgres-dead-letters.ts";
import { inboxTransaction, inMs } from "./postgres-inbox-transaction.ts";
import { attempts, deadLetters, inbox, lanes, parked } from "./tables.ts";

/** How a service's stores and locks are bound to a transaction. */
export type BindUnit<S> = (tx: Transaction) => ServiceUnit<S>;

/** A consumer's store in its service's database. */
export function postgresInbox<S>(db: Database, consumer: string, bind: BindUnit<S>): InboxStore<S> {
  const { q } = db;
  const ofMessage = (eventId: string) =>
    and(eq(attempts.consumer, consumer), eq(attempts.eventId, eventId));
  const ofParked = (key: string, version: number) =>
    and(eq(parked.consumer, consumer), eq(parked.key, key), eq(parked.version, version));
  const ofLane = (key: string) => and(eq(lanes.consumer, consumer), eq(lanes.key, key));

  return {
    consumer,
    transaction: (work) => db.transaction((tx) => work(inboxTransaction(tx, consumer, bind(tx)))),

    async ping() {
      await q.execute(sql`select 1`);
    },

    async settled(messages) {
      const rows = await q.execute<{ at: string }>(sql`
        select m.at from unnest(
          ${sql.param(messages.map((_, index) => index))}::int[],
          ${sql.param(messages.map(({ eventId }) => eventId))}::text[],
          ${sql.param(messages.map(({ lane }) => lane?.key ?? ""))}::text[],
          ${sql.param(messages.map(({ lane }) => lane?.version ?? 0))}::bigint[]
        ) as m (at, event_id, key, version)
        where case when m.key = '' then exists (
            select 1 from ${inbox} i
            where i.consumer = ${consumer} and i.event_id = m.event_id::uuid
          ) else exists (
            select 1 from ${lanes} l where l.consumer = ${consumer} and l.key = m.key
              and (l.version >= m.version or (l.blocked and l.version + 1 = m.version))
          ) or exists (
            select 1 from ${parked} p
            where p.consumer = ${consumer} and p.key = m.key and p.version = m.version
          ) end`);
      const settled = new Set(rows.map(({ at }) => Number(at)));
      return new Set(messages.filter((_, index) => settled.has(index)));
    },

    async markStarted(eventId) {
      const [row] = await db.send(markStarted, { consumer, eventId });
      return row?.abandoned ?? 0;
    },

    async clearStarted(eventId) {
      await q.update(attempts).set({ startedAt: null }).where(ofMessage(eventId));
    },

    async recordFailure(eventId, error): Promise<Failures> {
      const now = sql`now()`;
      const [row] = await q
        .insert(attempts)
        .values({ consumer, eventId, attempts: 1, error, firstFailedAt: now, lastFailedAt: now })
        .onConflictDoUpdate({
          target: [attempts.consumer, attempts.eventId],
          set: {
            attempts: sql`${attempts.attempts} + 1`,
            error,
            startedAt: null,
            firstFailedAt: sql`coalesce(${attempts.firstFailedAt}, now())`,
            lastFailedAt: now,
          },
        })
        .returning();
      if (!row) throw new Error("recording an attempt returned no row");
      return row;
    },

    async markParkedStarted(key, version) {
      const [row] = await db.send(markParkedStarted, { consumer, key, version });
      return row && toParked(readParked(row));
    },

    async endParkedRun(key, version, { error, retryInMs }) {
      const retryAt = inMs(retryInMs);
      const failed = {
        attempts: sql`${parked.attempts} + 1`,
        error,
        firstFailedAt: sql`coalesce(${parked.firstFailedAt}, now())`,
        lastFailedAt: sql`now()`,
      };
      await q
        .update(parked)
        .set({ startedAt: null, retryAt, ...(error === undefined ? {} : failed) })
        .where(ofParked(key, version));
    },

    async heads(limit, afterKey) {
      const next = and(
        eq(parked.consumer, lanes.consumer),
        eq(parked.key, lanes.key),
        eq(parked.version, sql`${lanes.version} + 1`),
      );
      const rows = await q
        .select({ head: parked })
        .from(lanes)
        .innerJoin(parked, next)
        .where(
          and(
            eq(lanes.consumer, consumer),
            hasWaiting,
            gt(lanes.key, afterKey),
            sql`not ${lanes.blocked}`,
            or(isNull(parked.retryAt), lte(parked.retryAt, sql`now()`)),
          ),
        )
        .orderBy(asc(lanes.key))
        .limit(limit);
      return rows.map(({ head }) => toParked(head));
    },

    async gaps({ waitedMs, roomBelow, limit }) {
      const held = (more: ReturnType<typeof sql>) =>
        sql`exists (select 1 from ${parked} where ${parked.consumer} = ${lanes.consumer}
          and ${parked.key} = ${lanes.key} and ${more})`;
      const waits = sql`not ${lanes.stuck} and ${lanes.waiting} > 0
        and ${lanes.movedAt} < ${inMs(-waitedMs)}
        and not ${held(sql`${parked.version} = ${lanes.version} + 1`)}
        and ${held(sql`${parked.parkedAt} < ${inMs(-waitedMs)}`)}`;
      const hasRoom = sql`${lanes.behind} and ${lanes.waiting} < ${roomBelow}`;
      return q
        .select(laneColumns)
        .from(lanes)
        .where(
          and(
            eq(lanes.consumer, consumer),
            hasWaiting,
            sql`not ${lanes.blocked}`,
            sql`((${waits}) or (${hasRoom}))`,
          ),
        )
        .orderBy(asc(lanes.movedAt))
        .limit(limit);
    },

    async trouble() {
      const [row] = await q.execute<{ stuck: string; behind: string }>(sql`
        select count(*) filter (where ${lanes.stuck} and not ${lanes.blocked}) as stuck,
          count(*) filter (where ${lanes.behind}) as behind
        from ${lanes} where ${lanes.consumer} = ${consumer} and ${hasWaiting}`);
      return { stuck: Number(row?.stuck), behind: Number(row?.behind) };
    },

    async findLane(key) {
      const [lane] = await q.select(laneColumns).from(lanes).where(ofLane(key));
      return lane;
    },

    async caughtUp(key, upTo) {
      await q
        .update(lanes)
        .set({ behind: false })
        .where(and(ofLane(key), lte(lanes.leftUpTo, upTo)));
    },

    markStuck: (key, version) =>
      db.transaction(async (tx) => {
        // By a statement of its own: the next one sees what was parked while this waited for the lane.
        await tx.q.select({ key: lanes.key }).from(lanes).where(ofLane(key)).for("update");
        const isParked = tx.q
          .select()
          .from(parked)
          .where(ofParked(key, version + 1));
        const marked = await tx.q
          .update(lanes)
          .set({ stuck: true })
          .where(
            and(
              ofLane(key),
              eq(lanes.version, version),
              eq(lanes.blocked, false),
              notExists(isParked),
            ),
          )
          .returning({ key: lanes.key });
        return marked.length > 0;
      }),

    async findDeadLetter(id) {
      const [row] = await q
        .select()
        .from(deadLetters)
        .where(and(eq(deadLetters.id, id), eq(deadLetters.consumer, consumer)));
      return row && { ...row, sequence: row.streamSequence };
    },

    recordRedriveFailure: (seen, error, entry) =>
      db.transaction(async (tx) => {
        await tx.q
          .update(deadLetters)
          .set({ attempts: sql`${deadLetters.attempts} + 1`, error, lastFailedAt: sql`now()` })
          .where(asSeen(consumer, seen, "dead"));
        await appendToAudit(tx.q, entry);
      }),
  };
}

const laneColumns = {
  key: lanes.key,
  version: lanes.version,
  blocked: lanes.blocked,
  waiting: lanes.waiting,
  behind: lanes.behind,
  leftUpTo: lanes.leftUpTo,
};

/** As the partial index says it, so that the few lanes of interest are found among all of them. */
const hasWaiting = sql`(${lanes.waiting} > 0 or ${lanes.behind})`;

/** The mark must survive the process, not the server: that forgets it is harmless. */
const withoutSync = sql`set_config('synchronous_commit', 'off', true)`;

const markStarted = statement<
  { readonly consumer: string; readonly eventId: string },
  { readonly abandoned: number }
>(
  ({ consumer, eventId }) => sql`
    insert into ${attempts} as a (consumer, event_id, started_at)
    select ${consumer}, ${eventId}::uuid, now() from ${withoutSync}
    on conflict (consumer, event_id) do update
      set abandoned = a.abandoned + (a.started_at is not null)::int, started_at = now()
    returning abandoned`,
);

interface PlaceInLane {
  readonly consumer: string;
  readonly key: string;
  readonly version: number;
}

const markParkedStarted = statement<PlaceInLane, RawRow>(
  ({ consumer, key, version }) => sql`
    update ${parked}
    set abandoned = abandoned + (started_at is not null)::int, started_at = now()
    from ${withoutSync}
    where consumer = ${consumer} and key = ${key} and version = ${version}::bigint
      and (retry_at is null or retry_at <= now())
    returning ${columnsOf(parked)}`,
);

const readParked = rowReader(parked);

function toParked(row: typeof parked.$inferSelect): ParkedMessage {
  return { ...row, sequence: row.streamSequence, retryInMs: 0 };
}
