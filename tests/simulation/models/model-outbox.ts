import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { onlyPartition } from "@app/platform/messaging/outbox.ts";
import type { OutboxStore, SentMessage, StreamSeen } from "@app/platform/messaging/outbox-store.ts";
import { type MessagingTables, messagingTables, type SentRow } from "./messaging-tables.ts";
import type { ModelDatabase, OpenTransaction } from "./model-client.ts";
import type { ModelServer } from "./model-server.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** The relay's side of the outbox, as `postgresOutbox` has it. */
export function modelOutbox(db: ModelDatabase): OutboxStore {
  const { server } = db;
  const tables = messagingTables(server);

  return {
    pending: ({ partition, from, limit, heldIds, heldKeys, closed }) =>
      db.run("outbox.pending", (tx) => {
        const [ids, keys] = [new Set(heldIds), new Set(heldKeys)];
        const patterns = closed.map((pattern) => new RegExp(pattern));
        const rows = [...tx.rows(tables.outbox)].filter(
          (row) =>
            row.partition === partition &&
            row.id >= from &&
            !ids.has(row.id) &&
            !keys.has(row.key) &&
            !patterns.some((pattern) => pattern.test(row.subject)),
        );
        return rows.sort(byId).slice(0, limit);
      }),

    async finish(acknowledged) {
      if (acknowledged.length === 0) return;
      await db.run("outbox.finish", (tx) => {
        for (const { id, stream, sequence } of acknowledged) {
          const seen = tx.get(tables.streamsSeen, stream);
          if (seen && seen.lastSequence < sequence)
            tx.put(tables.streamsSeen, stream, { ...seen, lastSequence: sequence });
          const row = tx.get(tables.outbox, id);
          if (!row) continue;
          tx.delete(tables.outbox, id);
          const { partition: _, resent: __, ...kept } = row;
          tx.put(tables.sent, id, { ...kept, stream, sequence, sentAt: tx.now });
        }
      });
    },

    streamsSeen: () => db.run("outbox.streamsSeen", () => new Map(tables.streamsSeen.committed)),
    saveStreamSeen: (stream, seen) =>
      db.run("outbox.saveStreamSeen", (tx) => {
        const forgot = tx.get(tables.streamsSeen, stream)?.forgot ?? null;
        tx.put(tables.streamsSeen, stream, { ...seenIn(seen), forgot });
      }),
    saveRepaired: (stream, seen) =>
      db.run("outbox.saveRepaired", (tx) =>
        tx.put(tables.streamsSeen, stream, { ...seenIn(seen), forgot: null }),
      ),
    noteForgot: (stream, forgot) =>
      db.run("outbox.noteForgot", (tx) => {
        const seen = tx.get(tables.streamsSeen, stream) ?? unseen;
        tx.put(tables.streamsSeen, stream, { ...seen, forgot });
      }),

    sentRange: (stream) =>
      db.run("outbox.sentRange", (tx) => {
        const kept = sentTo(tx, tables, stream);
        const [first, last] = [kept[0], kept.at(-1)];
        return first && last && { first: first.sequence, last: last.sequence };
      }),
    sentBetween: (stream, { first, last, ageMaxMs, limit }) =>
      db.run("outbox.sentBetween", (tx) =>
        sentTo(tx, tables, stream)
          .filter(({ sequence }) => sequence >= first && sequence <= last)
          .filter(youngerThan(ageMaxMs, tx))
          .slice(0, limit)
          .map(sentMessage),
      ),
    lastSent: (stream, { limit, ageMaxMs }) =>
      db.run("outbox.lastSent", (tx) => {
        const kept = sentTo(tx, tables, stream).filter(youngerThan(ageMaxMs, tx));
        return kept.slice(Math.max(0, kept.length - limit)).map(sentMessage);
      }),

    putBack: async (stream, { first, last, ids }) => {
      if (ids.length === 0) return 0;
      return db.run("outbox.putBack", (tx) => {
        const lost = [...new Set(ids)]
          .map((id) => tx.get(tables.sent, id))
          .filter((row) => row !== undefined)
          .filter((row) => row.stream === stream)
          .filter(({ sequence }) => sequence >= first && sequence <= last)
          .sort(byId);
        for (const row of lost) {
          const { stream: _, sequence: __, sentAt: ___, ...kept } = row;
          tx.delete(tables.sent, row.id);
          const id = server.next("outbox");
          tx.put(tables.outbox, id, { ...kept, id, partition: onlyPartition, resent: true });
        }
        return lost.length;
      });
    },

    noteBrokerSeen: (silenceMs) =>
      db.run("outbox.noteBrokerSeen", (tx) => {
        const before = tx.get(tables.brokerSeen, 1);
        const isBack = !before || before.seenAt.getTime() < tx.startedMs - silenceMs;
        const returnedAt = isBack ? tx.now : before.returnedAt;
        tx.put(tables.brokerSeen, 1, { seenAt: tx.now, returnedAt });
      }),

    backlog: (countMax) =>
      db.run("outbox.backlog", (tx) => {
        const oldest = [...tx.rows(tables.outbox)].sort(byId).slice(0, countMax);
        const since = Math.min(server.nowMs, ...oldest.map((row) => row.createdAt.getTime()));
        return { count: oldest.length, oldestMs: server.nowMs - since };
      }),
  };
}

/** Appends messages within a statement, as the statement that writes their cause does. */
export function addToOutbox(
  tx: ModelTransaction,
  server: ModelServer,
  messages: readonly OutgoingMessage[],
): void {
  const { outbox } = messagingTables(server);
  for (const { eventId, key, version, subject, headers, payload } of messages) {
    const id = server.next("outbox");
    const row = { id, eventId, key, version, subject, headers, payload };
    tx.put(outbox, id, { ...row, partition: onlyPartition, resent: false, createdAt: tx.now });
  }
}

/** As the core's `appendToOutbox`: one statement of an open transaction. */
export async function appendToModelOutbox(
  tx: OpenTransaction,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.run("outbox.append", (statement) => addToOutbox(statement, tx.server, messages));
  tx.outboxWritten();
}

const unseen = { createdAt: "", firstSequence: 0, lastSequence: 0, deleted: 0 };

function seenIn(seen: Omit<StreamSeen, "forgot">): Omit<StreamSeen, "forgot"> {
  const { createdAt, firstSequence, lastSequence, deleted } = seen;
  return { createdAt, firstSequence, lastSequence, deleted };
}

/** A stream's kept messages by sequence. */
function sentTo(tx: ModelTransaction, tables: MessagingTables, stream: string): SentRow[] {
  const rows = [...tx.rows(tables.sent)].filter((row) => row.stream === stream);
  return rows.sort((a, b) => a.sequence - b.sequence);
}

const youngerThan = (ageMs: number, tx: ModelTransaction) => (row: SentRow) =>
  row.sentAt.getTime() > tx.startedMs - ageMs;

const sentMessage = ({ id, eventId, sequence }: SentRow): SentMessage => ({
  id,
  eventId,
  sequence,
});

const byId = (a: { readonly id: number }, b: { readonly id: number }) => a.id - b.id;
