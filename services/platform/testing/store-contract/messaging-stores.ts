import { asc } from "drizzle-orm";
import type { InboxStore } from "../../messaging/inbox.ts";
import type { OutgoingMessage } from "../../messaging/message.ts";
import { appendToOutbox } from "../../messaging/outbox.ts";
import type { OutboxStore } from "../../messaging/outbox-store.ts";
import { postgresInbox } from "../../messaging/postgres-inbox.ts";
import { postgresOutbox } from "../../messaging/postgres-outbox.ts";
import {
  attempts,
  audit,
  brokerSeen,
  deadLetterRevisions,
  deadLetters,
  inbox,
  lanes,
  outbox,
  outboxSent,
  parked,
  streamsSeen,
} from "../../messaging/tables.ts";
import type { Pool } from "../../postgres.ts";
import { type FrozenDatabase, frozenDatabase } from "./frozen-clock.ts";

/** The core's stores on one database, to be driven by the contract. */
export interface MessagingStores extends AsyncDisposable {
  readonly inbox: InboxStore<Record<string, never>>;
  readonly outbox: OutboxStore;
  /** Commits messages, as a request does. */
  append(messages: readonly OutgoingMessage[]): Promise<void>;
  /** The database's `now()` from here on. */
  setNow(now: Date): Promise<void>;
  empty(): Promise<void>;
  /** All rows, in an order of their own, with nothing but the fields of `StoreState`. */
  state(): Promise<StoreState>;
}

/** What two stores must hold alike, table by table. */
export type StoreState = Readonly<Record<string, readonly unknown[]>>;

export const contractConsumer = "contract-consumer";

/** The real ones. */
export async function postgresStores(): Promise<MessagingStores> {
  const database: FrozenDatabase = await frozenDatabase("orders");
  const { pool } = database;
  return {
    inbox: postgresInbox(pool, contractConsumer, () => ({
      stores: {},
      lock: async () => undefined,
    })),
    outbox: postgresOutbox(pool),
    append: (messages) => pool.transaction((tx) => appendToOutbox(tx, messages)),
    setNow: database.setNow,
    empty: database.empty,
    state: () => stateOf(pool),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

async function stateOf({ q }: Pool): Promise<StoreState> {
  const held = await q.select().from(parked).orderBy(asc(parked.key), asc(parked.version));
  const letters = await q.select().from(deadLetters).orderBy(asc(deadLetters.id));
  const sent = await q.select().from(outboxSent).orderBy(asc(outboxSent.id));
  return {
    outbox: await q.select().from(outbox).orderBy(asc(outbox.id)),
    sent: sent.map(({ slot: _, streamSequence, ...row }) => ({ ...row, sequence: streamSequence })),
    streamsSeen: (await q.select().from(streamsSeen).orderBy(asc(streamsSeen.stream))).map(
      ({ seenAt: _, ...row }) => row,
    ),
    brokerSeen: (await q.select().from(brokerSeen)).map(({ id: _, ...row }) => row),
    inbox: await q
      .select({ eventId: inbox.eventId, handledAt: inbox.handledAt })
      .from(inbox)
      .orderBy(asc(inbox.eventId)),
    lanes: (await q.select().from(lanes).orderBy(asc(lanes.key))).map(ofOneConsumer),
    parked: held.map(ofOneConsumer).map(withSequence),
    attempts: (await q.select().from(attempts).orderBy(asc(attempts.eventId))).map(ofOneConsumer),
    deadLetters: letters.map(ofOneConsumer).map(withSequence),
    revisions: await q
      .select()
      .from(deadLetterRevisions)
      .orderBy(asc(deadLetterRevisions.letterId), asc(deadLetterRevisions.revision)),
    audit: await q.select().from(audit).orderBy(asc(audit.id)),
  };
}

const ofOneConsumer = <R extends { readonly consumer: string }>({ consumer: _, ...row }: R) => row;

const withSequence = <R extends { readonly streamSequence: number }>({
  streamSequence,
  ...row
}: R) => ({ ...row, sequence: streamSequence });
