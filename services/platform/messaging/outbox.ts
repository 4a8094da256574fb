import { type SQL, sql } from "drizzle-orm";
import type { Transaction } from "../postgres.ts";
import { type Given, statement, unmeasured } from "../statement.ts";
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
  await tx.send(insertMessages, messageColumns(messages));
  tx.outboxWritten();
}

/** Any number of messages, as the columns that `insertOf` takes. */
export interface MessageColumns {
  readonly eventIds: readonly string[];
  readonly keys: readonly string[];
  readonly versions: readonly number[];
  readonly subjects: readonly string[];
  readonly headers: readonly string[];
  /** Hexadecimal: of an array of bytes the driver tells the server a wrong type. */
  readonly payloads: readonly string[];
}

export const messageColumns = (messages: readonly OutgoingMessage[]): MessageColumns => ({
  eventIds: messages.map(({ eventId }) => eventId),
  keys: messages.map(({ key }) => key),
  versions: messages.map(({ version }) => version),
  subjects: messages.map(({ subject }) => subject),
  headers: messages.map(({ headers }) => headers),
  payloads: messages.map(({ payload }) => Buffer.from(payload).toString("hex")),
});

/** The part of a statement that appends messages, in their order, in the partition that is the default. */
export const insertOf = (given: Given<MessageColumns>): SQL => sql`
  insert into ${outbox} (event_id, key, version, subject, headers, payload)
  select event_id::uuid, key, version, subject, headers, decode(payload, 'hex')
  from unnest(${unmeasured(given.eventIds, "text")}, ${given.keys}::text[], ${given.versions}::bigint[],
    ${given.subjects}::text[], ${given.headers}::text[], ${given.payloads}::text[]
  ) with ordinality as m (event_id, key, version, subject, headers, payload, n)
  order by n`;

const insertMessages = statement<MessageColumns>(insertOf);
