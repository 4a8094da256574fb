import { and, eq, gt, inArray, sql } from "drizzle-orm";
import type { Transaction } from "../postgres.ts";
import { statement, unmeasured } from "../statement.ts";
import { appendToAudit } from "./audit.ts";
import type { InboxTransaction, Lane, ServiceUnit } from "./inbox.ts";
import { appendToOutbox } from "./outbox.ts";
import { deadLettersIn } from "./postgres-dead-letters.ts";
import { attempts, inbox, lanes, parked } from "./tables.ts";

/** An instant that many milliseconds from now, by the database's clock. */
export const inMs = (ms: number) => sql`now() + make_interval(secs => ${ms / 1000}::float8)`;

/** One consumer's work in an open transaction, see `InboxTransaction`. */
export function inboxTransaction<S>(
  tx: Transaction,
  consumer: string,
  unit: ServiceUnit<S>,
): InboxTransaction<S> {
  const { q } = tx;

  return {
    stores: unit.stores,
    lock: (rows) => unit.lock(rows),
    flush: () => tx.flush(),
    useMessageIds: (ids) => {
      tx.messageIds = ids;
    },
    afterCommit: (effect) => tx.afterCommit(effect),
    append: (messages) => appendToOutbox(tx, messages),
    audit: (entry) => appendToAudit(q, entry),
    ...deadLettersIn(q, consumer),

    async remember(eventIds) {
      const rows = await tx.send(addToInbox, { consumer, eventIds });
      return new Set(rows.map((row) => row.event_id));
    },

    async forget(eventIds) {
      if (eventIds.length === 0) return;
      await q
        .delete(inbox)
        .where(
          and(
            eq(inbox.consumer, consumer),
            sql`${inbox.eventId} = any(${sql.param(eventIds)}::uuid[])`,
          ),
        );
    },

    async lockLanes(keys) {
      if (keys.length === 0) return new Map();
      const of = { consumer, keys: [...keys].sort() };
      // Two statements, because the second sees what somebody else added while the first waited.
      const [, rows] = await Promise.all([tx.send(addLanes, of), tx.send(lockLanes, of)]);
      return new Map(rows.map((row): [string, Lane] => [row.key, laneOf(row)]));
    },

    async saveLanes(changed) {
      if (changed.length === 0) return;
      const saved = await tx.send(saveLanes, {
        consumer,
        keys: changed.map(({ key }) => key),
        versions: changed.map(({ version }) => version),
        blocked: changed.map(({ blocked }) => String(blocked)),
        waiting: changed.map(({ waiting }) => waiting),
        behind: changed.map(({ behind }) => String(behind)),
        leftUpTo: changed.map(({ leftUpTo }) => leftUpTo),
      });
      if (saved.length !== changed.length) throw new Error("a lane was about to move back");
    },

    async reopenLane({ key, version }) {
      const reopened = await q
        .update(lanes)
        .set({ version: version - 1, blocked: true, stuck: false, movedAt: sql`now()` })
        .where(and(eq(lanes.consumer, consumer), eq(lanes.key, key), eq(lanes.version, version)))
        .returning({ key: lanes.key });
      if (reopened.length !== 1) throw new Error("a lane was about to be reopened elsewhere");
    },

    async parkedVersions(keys) {
      if (keys.length === 0) return new Map();
      const rows = await q
        .select({ key: parked.key, version: parked.version })
        .from(parked)
        .where(and(eq(parked.consumer, consumer), inArray(parked.key, [...keys])));
      const groups = Map.groupBy(rows, ({ key }) => key);
      return new Map([...groups].map(([key, held]) => [key, new Set(held.map((h) => h.version))]));
    },

    async parkedCount() {
      // Few lanes have parked messages, and only those are in the index.
      const [row] = await q
        .select({ waiting: sql<string>`coalesce(sum(${lanes.waiting}), 0)` })
        .from(lanes)
        .where(and(eq(lanes.consumer, consumer), gt(lanes.waiting, 0)));
      return Number(row?.waiting ?? 0);
    },

    async park(messages) {
      if (messages.length === 0) return;
      await q
        .insert(parked)
        .values(
          messages.map((m) => ({
            consumer,
            key: m.key,
            version: m.version,
            eventId: m.eventId,
            stream: m.stream,
            streamSequence: m.sequence,
            subject: m.subject,
            headers: m.headers,
            payload: m.payload,
            publishedAt: m.publishedAt,
            attempts: m.attempts,
            error: m.error,
            firstFailedAt: m.firstFailedAt,
            lastFailedAt: m.lastFailedAt,
            retryAt: m.retryInMs > 0 ? inMs(m.retryInMs) : null,
            abandoned: m.abandoned,
          })),
        )
        .onConflictDoNothing();
    },

    async unpark(key, version) {
      const gone = await q
        .delete(parked)
        .where(and(eq(parked.consumer, consumer), eq(parked.key, key), eq(parked.version, version)))
        .returning({ version: parked.version });
      return gone.length > 0;
    },

    async clearAttempts(eventIds) {
      if (eventIds.length === 0) return;
      await q
        .delete(attempts)
        .where(
          and(
            eq(attempts.consumer, consumer),
            sql`${attempts.eventId} = any(${sql.param(eventIds)}::uuid[])`,
          ),
        );
    },
  };
}

interface InboxRows {
  readonly consumer: string;
  readonly eventIds: readonly string[];
}

const addToInbox = statement<InboxRows, { readonly event_id: string }>(
  ({ consumer, eventIds }) => sql`
    insert into ${inbox} (consumer, event_id)
    select ${consumer}, event_id from unnest(${eventIds}::uuid[]) as e (event_id)
    order by event_id
    on conflict do nothing returning event_id`,
);

interface LaneKeys {
  readonly consumer: string;
  readonly keys: readonly string[];
}

const addLanes = statement<LaneKeys>(
  ({ consumer, keys }) => sql`
    insert into ${lanes} (consumer, key)
    select ${consumer}, key from unnest(${keys}::text[]) as k (key) order by key
    on conflict do nothing`,
);

interface LaneColumns {
  readonly key: string;
  readonly version: string;
  readonly blocked: boolean;
  readonly waiting: number;
  readonly behind: boolean;
  readonly left_up_to: string;
}

const lockLanes = statement<LaneKeys, LaneColumns>(
  ({ consumer, keys }) => sql`
    select key, version, blocked, waiting, behind, left_up_to from ${lanes}
    where consumer = ${consumer} and key = any(${unmeasured(keys, "text")})
    order by key for update`,
);

const laneOf = ({ version, left_up_to, ...lane }: LaneColumns): Lane => ({
  ...lane,
  version: Number(version),
  leftUpTo: Number(left_up_to),
});

interface SavedLanes extends LaneKeys {
  readonly versions: readonly number[];
  /** As texts: of an array of booleans the driver tells the server a wrong type. */
  readonly blocked: readonly string[];
  readonly waiting: readonly number[];
  readonly behind: readonly string[];
  readonly leftUpTo: readonly number[];
}

/**
 * The keys are named twice, so that lanes are looked up by them also with a plan that stems from a time
 * when there were few: by the consumer alone, all of its lanes would be read.
 */
const saveLanes = statement<SavedLanes>(
  (given) => sql`
    update ${lanes} l
    set version = u.version, blocked = u.blocked::boolean, waiting = u.waiting,
      behind = u.behind::boolean, left_up_to = u.left_up_to,
      stuck = l.stuck and u.version = l.version,
      moved_at = case when u.version > l.version then now() else l.moved_at end
    from unnest(${unmeasured(given.keys, "text")}, ${given.versions}::bigint[], ${given.blocked}::text[],
      ${given.waiting}::int[], ${given.behind}::text[], ${given.leftUpTo}::bigint[]
    ) as u (key, version, blocked, waiting, behind, left_up_to)
    where l.consumer = ${given.consumer} and l.key = any(${unmeasured(given.keys, "text")})
      and l.key = u.key and u.version >= l.version
    returning l.key`,
);
