import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Database } from "../postgres.ts";
import { statement, unmeasured } from "../statement.ts";
import { onlyPartition } from "./outbox.ts";
import type { OutboxStore, PendingMessage, StreamSeen } from "./outbox-store.ts";
import { brokerSeen, outbox, outboxSent, streamsSeen } from "./tables.ts";

/** Sent rows lie in a ring of slots, each emptied whole once all of it may go. */
export const slotHours = 12;
export const slotCount = 32;

/** The slot that rows sent now belong to, by the database's clock. */
export const currentSlot = sql`((extract(epoch from now()) / ${sql.raw(String(slotHours * 3600))})::bigint % ${sql.raw(String(slotCount))})::smallint`;

/** The relay's side of the outbox in Postgres. Every method is one short statement or transaction. */
export function postgresOutbox(db: Database): OutboxStore {
  return {
    async pending({ partition, from, limit, heldIds, heldKeys, closed }) {
      const rows = await db.send(readPending, {
        partition,
        from,
        limit,
        heldIds: numbers(heldIds),
        heldKeys,
        closed,
      });
      return rows.map(pendingMessage);
    },

    async finish(acknowledged) {
      if (acknowledged.length === 0) return;
      await db.send(finishAcknowledged, {
        ids: numbers(acknowledged.map(({ id }) => id)),
        streams: acknowledged.map(({ stream }) => stream),
        sequences: numbers(acknowledged.map(({ sequence }) => sequence)),
      });
    },

    async streamsSeen() {
      const rows = await db.q.select().from(streamsSeen);
      return new Map(rows.map((row): [string, StreamSeen] => [row.stream, row]));
    },

    saveStreamSeen: (stream, seen) => saveSeen(db, stream, seen, {}),
    saveRepaired: (stream, seen) => saveSeen(db, stream, seen, { forgot: null }),

    async noteForgot(stream, forgot) {
      const unseen = { createdAt: "", firstSequence: 0, lastSequence: 0, deleted: 0 };
      await db.q
        .insert(streamsSeen)
        .values({ stream, ...unseen, forgot })
        .onConflictDoUpdate({ target: streamsSeen.stream, set: { forgot } });
    },

    async sentRange(stream) {
      const [range] = await db.q
        .select({
          first: sql<string | null>`min(${outboxSent.streamSequence})`,
          last: sql<string | null>`max(${outboxSent.streamSequence})`,
        })
        .from(outboxSent)
        .where(eq(outboxSent.stream, stream));
      if (!range?.first || !range.last) return undefined;
      return { first: Number(range.first), last: Number(range.last) };
    },

    async sentBetween(stream, { first, last, ageMaxMs, limit }) {
      const query = db.q
        .select(sentMessage)
        .from(outboxSent)
        .where(
          and(
            eq(outboxSent.stream, stream),
            sql`${outboxSent.streamSequence} between ${first} and ${last}`,
            youngerThan(ageMaxMs),
          ),
        )
        .orderBy(asc(outboxSent.streamSequence));
      return limit === undefined ? query : query.limit(limit);
    },

    async lastSent(stream, { limit, ageMaxMs }) {
      const latest = await db.q
        .select(sentMessage)
        .from(outboxSent)
        .where(and(eq(outboxSent.stream, stream), youngerThan(ageMaxMs)))
        .orderBy(desc(outboxSent.streamSequence))
        .limit(limit);
      return latest.reverse();
    },

    async putBack(stream, { first, last, ids }) {
      if (ids.length === 0) return 0;
      const moved = await db.q.execute(sql`
        with lost as (
          delete from ${outboxSent} s
          where s.stream = ${stream} and s.stream_sequence between ${first} and ${last}
            and s.id in (select unnest(${sql.param(ids)}::bigint[]))
          returning s.id, s.event_id, s.key, s.version, s.subject, s.headers, s.payload, s.created_at
        )
        insert into ${outbox} (partition, event_id, key, version, subject, headers, payload, resent, created_at)
        select ${onlyPartition}, event_id, key, version, subject, headers, payload, true, created_at
        from lost order by lost.id
        returning id`);
      return moved.length;
    },

    async noteBrokerSeen(silenceMs) {
      await db.q
        .insert(brokerSeen)
        .values({ id: 1, seenAt: sql`now()`, returnedAt: sql`now()` })
        .onConflictDoUpdate({
          target: brokerSeen.id,
          set: {
            seenAt: sql`now()`,
            returnedAt: sql`case
              when ${brokerSeen.seenAt} < now() - make_interval(secs => ${silenceMs / 1000}::float8)
              then now() else ${brokerSeen.returnedAt} end`,
          },
        });
    },

    async backlog(countMax) {
      const [row] = await db.q.execute<{ count: string; oldest_ms: string | null }>(sql`
        select count(*) as count,
          extract(epoch from clock_timestamp() - min(created_at)) * 1000 as oldest_ms
        from (select created_at from ${outbox} order by ${outbox.id} limit ${countMax}) oldest`);
      return { count: Number(row?.count ?? 0), oldestMs: Number(row?.oldest_ms ?? 0) };
    },
  };
}

interface PendingQuery {
  readonly partition: number;
  readonly from: number;
  readonly limit: number;
  readonly heldIds: string;
  readonly heldKeys: readonly string[];
  readonly closed: readonly string[];
}

/**
 * `not in` a subselect is looked up in a hash with any plan; `<> all` of a parameter is walked
 * through for each row as soon as the plan is the generic one of a prepared statement.
 *
 * The partition stands in a `case`, of which the planner takes half of the rows. By the comparison alone it
 * takes one row in two hundred until it has seen a backlog; then so few seem to be left that it reads all
 * of a sudden one, 67 ms for each 512 of a hundred thousand rows, sorts them and throws the rest away.
 */
const readPending = statement<PendingQuery, PendingRow>(
  (given) => sql`
    select id, event_id, key, version, subject, headers, payload, resent
    from ${outbox}
    where case when partition = ${given.partition} then true else false end and id >= ${given.from}
      and id not in (select unnest(${given.heldIds}::bigint[]))
      and key not in (select unnest(${given.heldKeys}::text[]))
      and subject !~ all(${given.closed}::text[])
    order by ${outbox.id} limit ${given.limit}`,
);

interface AcknowledgedColumns {
  readonly ids: string;
  readonly streams: readonly string[];
  readonly sequences: string;
}

const finishAcknowledged = statement<AcknowledgedColumns>(
  (given) => sql`
    with acked as (
      select * from unnest(
        ${unmeasured(given.ids, "bigint")}, ${given.streams}::text[], ${given.sequences}::bigint[]
      ) as acked (id, stream, sequence)
    ), seen as (
      update ${streamsSeen} s set last_sequence = greatest(s.last_sequence, a.sequence)
      from (select stream, max(sequence) as sequence from acked group by stream) a
      where s.stream = a.stream and s.last_sequence < a.sequence
    ), done as (
      delete from ${outbox} o using acked where o.id = acked.id
      returning o.id, o.event_id, o.key, o.version, o.subject, o.headers, o.payload,
        acked.stream, acked.sequence, o.created_at
    )
    insert into ${outboxSent} (slot, id, event_id, key, version, subject, headers, payload,
      stream, stream_sequence, created_at, sent_at)
    select ${currentSlot}, id, event_id, key, version, subject, headers, payload,
      stream, sequence, created_at, now()
    from done`,
);

interface PendingRow {
  readonly id: string;
  readonly event_id: string;
  readonly key: string;
  readonly version: string;
  readonly subject: string;
  readonly headers: string;
  readonly payload: Uint8Array;
  readonly resent: boolean;
}

/** Read as the driver gives them: a backlog is many rows, and the mapping of each cost as much as its way. */
const pendingMessage = (row: PendingRow): PendingMessage => ({
  id: Number(row.id),
  eventId: row.event_id,
  key: row.key,
  version: Number(row.version),
  subject: row.subject,
  headers: row.headers,
  payload: row.payload,
  resent: row.resent,
});

/** An array as Postgres writes it: the driver's own way quotes and escapes number by number. */
const numbers = (values: readonly number[]) => `{${values.join(",")}}`;

const sentMessage = {
  id: outboxSent.id,
  eventId: outboxSent.eventId,
  sequence: outboxSent.streamSequence,
};

const youngerThan = (ageMs: number) =>
  sql`${outboxSent.sentAt} > now() - make_interval(secs => ${ageMs / 1000}::float8)`;

async function saveSeen(
  { q }: Database,
  stream: string,
  { createdAt, firstSequence, lastSequence, deleted }: Omit<StreamSeen, "forgot">,
  also: { readonly forgot?: null },
): Promise<void> {
  const values = { createdAt, firstSequence, lastSequence, deleted, seenAt: sql`now()`, ...also };
  await q
    .insert(streamsSeen)
    .values({ stream, ...values })
    .onConflictDoUpdate({ target: streamsSeen.stream, set: values });
}
