import type { InboxTransaction, Lane, ServiceUnit } from "@app/platform/messaging/inbox.ts";
import { type ConsumerTables, type LaneRow, messagingTables, placeOf } from "./messaging-tables.ts";
import { appendToModelAudit } from "./model-audit.ts";
import type { OpenTransaction } from "./model-client.ts";
import { modelDeadLetters } from "./model-dead-letters.ts";
import { appendToModelOutbox } from "./model-outbox.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** One consumer's work in an open transaction, as `inboxTransaction` has it on Postgres. */
export function modelInboxTransaction<S>(
  tx: OpenTransaction,
  consumer: string,
  unit: ServiceUnit<S>,
): InboxTransaction<S> {
  const tables = messagingTables(tx.server).consumer(consumer);

  return {
    stores: unit.stores,
    lock: (rows) => unit.lock(rows),
    flush: () => tx.flush(),
    useMessageIds: (ids) => {
      tx.messageIds = ids;
    },
    afterCommit: (effect) => tx.afterCommit(effect),
    append: (messages) => appendToModelOutbox(tx, messages),
    audit: (entry) => appendToModelAudit(tx, entry),
    ...modelDeadLetters(tx, tables),

    remember: (eventIds) =>
      tx.run("inbox.remember", (statement) => {
        const unseen = new Set<string>();
        for (const eventId of [...eventIds].sort()) {
          if (statement.get(tables.inbox, eventId)) continue;
          statement.put(tables.inbox, eventId, statement.now);
          unseen.add(eventId);
        }
        return unseen;
      }),

    forget: async (eventIds) => {
      if (eventIds.length === 0) return;
      await tx.run("inbox.forget", (statement) => {
        for (const eventId of eventIds) statement.delete(tables.inbox, eventId);
      });
    },

    lockLanes: async (keys) => {
      if (keys.length === 0) return new Map();
      return tx.run("inbox.lockLanes", (statement) => {
        const locked = [...new Set(keys)].sort().map((key): [string, Lane] => {
          statement.lock(tables.lanes, key);
          const row = statement.get(tables.lanes, key) ?? newLane(key, statement);
          statement.put(tables.lanes, key, row);
          return [key, laneOf(row)];
        });
        return new Map(locked);
      });
    },

    saveLanes: async (changed) => {
      if (changed.length === 0) return;
      await tx.run("inbox.saveLanes", (statement) => {
        for (const lane of changed) saveLane(statement, tables, lane);
      });
    },

    reopenLane: ({ key, version }) =>
      tx.run("inbox.reopenLane", (statement) => {
        const lane = statement.get(tables.lanes, key);
        if (lane?.version !== version) throw new Error("a lane was about to be reopened elsewhere");
        const reopened = { version: version - 1, blocked: true, stuck: false };
        statement.put(tables.lanes, key, { ...lane, ...reopened, movedAt: statement.now });
      }),

    parkedVersions: async (keys) => {
      if (keys.length === 0) return new Map();
      return tx.run("inbox.parkedVersions", (statement) => {
        const wanted = new Set(keys);
        const held = [...statement.rows(tables.parked)].filter(({ key }) => wanted.has(key));
        const groups = Map.groupBy(held, ({ key }) => key);
        return new Map([...groups].map(([key, rows]) => [key, new Set(rows.map(versionOf))]));
      });
    },

    parkedCount: () =>
      tx.run("inbox.parkedCount", (statement) => {
        let count = 0;
        for (const { waiting } of statement.rows(tables.lanes)) count += waiting;
        return count;
      }),

    park: async (messages) => {
      if (messages.length === 0) return;
      await tx.run("inbox.park", (statement) => {
        for (const { retryInMs, ...message } of messages) {
          const place = placeOf(message.key, message.version);
          statement.lock(tables.parked, place);
          if (statement.get(tables.parked, place)) continue;
          const retryAt = retryInMs > 0 ? new Date(statement.startedMs + retryInMs) : null;
          const times = { parkedAt: statement.now, retryAt, startedAt: null };
          statement.put(tables.parked, place, { ...message, ...times });
        }
      });
    },

    unpark: (key, version) =>
      tx.run("inbox.unpark", (statement) => {
        const place = placeOf(key, version);
        statement.lock(tables.parked, place);
        const isParked = statement.get(tables.parked, place) !== undefined;
        statement.delete(tables.parked, place);
        return isParked;
      }),

    clearAttempts: async (eventIds) => {
      if (eventIds.length === 0) return;
      await tx.run("inbox.clearAttempts", (statement) => {
        for (const eventId of eventIds) {
          if (statement.get(tables.attempts, eventId)) statement.delete(tables.attempts, eventId);
        }
      });
    },
  };
}

export const laneOf = ({ key, version, blocked, waiting, behind, leftUpTo }: LaneRow): Lane => ({
  key,
  version,
  blocked,
  waiting,
  behind,
  leftUpTo,
});

const newLane = (key: string, { now }: ModelTransaction): LaneRow => ({
  key,
  version: 0,
  blocked: false,
  waiting: 0,
  stuck: false,
  behind: false,
  leftUpTo: 0,
  movedAt: now,
});

function saveLane(statement: ModelTransaction, tables: ConsumerTables, lane: Lane): void {
  const before = statement.get(tables.lanes, lane.key);
  if (!before || lane.version < before.version) throw new Error("a lane was about to move back");
  const { key, version, blocked, waiting, behind, leftUpTo } = lane;
  const stays = version === before.version;
  statement.put(tables.lanes, key, {
    key,
    version,
    blocked,
    waiting,
    behind,
    leftUpTo,
    stuck: before.stuck && stays,
    movedAt: stays ? before.movedAt : statement.now,
  });
}

const versionOf = ({ version }: { readonly version: number }) => version;
