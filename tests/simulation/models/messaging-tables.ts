import type { AuditEntry } from "@app/platform/messaging/audit.ts";
import type {
  FieldChange,
  KeyedMessage,
  ParkedMessage,
  StoredDeadLetter,
} from "@app/platform/messaging/inbox.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { StreamSeen } from "@app/platform/messaging/outbox-store.ts";
import type { ModelServer } from "./model-server.ts";
import { ModelTable } from "./model-table.ts";

/** A row of `outbox`. */
export interface OutboxRow extends OutgoingMessage {
  readonly id: number;
  readonly partition: number;
  readonly resent: boolean;
  readonly createdAt: Date;
}

/** A row of `outbox_sent`. Nothing is ever removed from the ring: a history is shorter than `OUTBOX_KEEP`. */
export interface SentRow extends OutgoingMessage {
  readonly id: number;
  readonly stream: string;
  readonly sequence: number;
  readonly createdAt: Date;
  readonly sentAt: Date;
}

export interface LaneRow {
  readonly key: string;
  readonly version: number;
  readonly blocked: boolean;
  readonly waiting: number;
  readonly stuck: boolean;
  readonly behind: boolean;
  readonly leftUpTo: number;
  readonly movedAt: Date;
}

export interface ParkedRow extends KeyedMessage, Omit<ParkedMessage, "retryInMs"> {
  readonly parkedAt: Date;
  readonly retryAt: Date | null;
  readonly startedAt: Date | null;
}

export interface AttemptsRow {
  readonly eventId: string;
  readonly attempts: number;
  readonly startedAt: Date | null;
  readonly abandoned: number;
  readonly error: string | null;
  readonly firstFailedAt: Date | null;
  readonly lastFailedAt: Date | null;
}

/** A revision of a dead letter that was edited. */
export interface RevisionRow {
  readonly letterId: number;
  readonly revision: number;
  readonly payload: Uint8Array;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly difference: readonly FieldChange[] | null;
  readonly at: Date;
}

export interface AuditRow extends AuditEntry {
  readonly id: number;
  readonly at: Date;
}

/** What one consumer keeps. */
export class ConsumerTables {
  /** When each message was handled, by event id. */
  readonly inbox = new ModelTable<string, Date>();
  readonly lanes = new ModelTable<string, LaneRow>();
  /** By `placeOf` key and version. */
  readonly parked = new ModelTable<string, ParkedRow>();
  readonly attempts = new ModelTable<string, AttemptsRow>();
  readonly deadLetters = new ModelTable<number, StoredDeadLetter>();
  /** The two unique indexes over dead letters: by lane and version, and by id for those without a lane. */
  readonly deadLetterPlaces = new ModelTable<string, number>();
  /** By a letter's id, how many marks its message had left behind when it was set aside. For checks. */
  readonly marks = new ModelTable<number, number>();
  /** By `placeOf` id and revision. */
  readonly revisions = new ModelTable<string, RevisionRow>();
}

/** The tables of the core in one service's database. */
export class MessagingTables {
  readonly outbox = new ModelTable<number, OutboxRow>();
  readonly sent = new ModelTable<number, SentRow>();
  readonly streamsSeen = new ModelTable<string, StreamSeen>();
  readonly brokerSeen = new ModelTable<1, { readonly seenAt: Date; readonly returnedAt: Date }>();
  readonly audit = new ModelTable<number, AuditRow>();
  readonly #consumers = new Map<string, ConsumerTables>();

  consumer(name: string): ConsumerTables {
    const known = this.#consumers.get(name);
    if (known) return known;
    const tables = new ConsumerTables();
    this.#consumers.set(name, tables);
    return tables;
  }
}

/** A message's place in its lane, as one key. */
export const placeOf = (key: string, version: number): string => `${key} ${version}`;

const tablesOf = new WeakMap<ModelServer, MessagingTables>();

/** The core's tables in a database, made at the first call. */
export function messagingTables(server: ModelServer): MessagingTables {
  const known = tablesOf.get(server);
  if (known) return known;
  const tables = new MessagingTables();
  tablesOf.set(server, tables);
  return tables;
}
