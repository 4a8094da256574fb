import type { Transaction } from "../postgres.ts";
import type { OutgoingMessage } from "./message.ts";
import { outbox } from "./tables.ts";

/** The relay partition of every key, until a benchmark asks for more than one. */
export const onlyPartition = 0;

/** The columns of one outbox row, for statements that write business rows and outbox row at once. */
export function outboxRow(message: OutgoingMessage) {
  return {
    partition: onlyPartition,
    eventId: message.eventId,
    key: message.key,
    version: message.version,
    subject: message.subject,
    headers: message.headers,
    payload: message.payload,
  };
}

/**
 * Stores messages with the business change that causes them: they are sent exactly when `tx`
 * commits. Call it after the aggregate's row is locked or inserted, so that the order of rows
 * within a key is the order of commits.
 */
export async function appendToOutbox(
  tx: Transaction,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.q.insert(outbox).values(messages.map(outboxRow));
  tx.outboxWritten();
}
