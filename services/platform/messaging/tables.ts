import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { FieldChange } from "./inbox.ts";

/** Raw bytes; postgres.js reads and writes them as a `Buffer`. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
});

/** Milliseconds, because a JavaScript `Date` holds no more: a value read back is the value stored. */
export const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

const messageColumns = {
  eventId: uuid("event_id").notNull(),
  key: text("key").notNull(),
  version: bigint("version", { mode: "number" }).notNull(),
  subject: text("subject").notNull(),
  headers: text("headers").notNull(),
  payload: bytea("payload").notNull(),
};

/** Messages that are committed and not yet acknowledged by the broker: a set, read in id order. */
export const outbox = pgTable("outbox", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  /** The relay partition of the key; one for now, see `onlyPartition` in `outbox.ts`. */
  partition: smallint("partition").notNull().default(0),
  ...messageColumns,
  /** True when the broker acknowledged it before and forgot it: a duplicate ack is then verified. */
  resent: boolean("resent").notNull().default(false),
  createdAt: instant("created_at").notNull().defaultNow(),
});

/**
 * What the broker acknowledged, kept for `OUTBOX_KEEP` in case it forgets.
 * List-partitioned by `slot`, a ring of twelve-hour slots that are emptied whole by TRUNCATE.
 */
export const outboxSent = pgTable(
  "outbox_sent",
  {
    slot: smallint("slot").notNull(),
    id: bigint("id", { mode: "number" }).notNull(),
    ...messageColumns,
    stream: text("stream").notNull(),
    streamSequence: bigint("stream_sequence", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull(),
    sentAt: instant("sent_at").notNull(),
  },
  (t) => [
    index("outbox_sent_key").on(t.key, t.version),
    index("outbox_sent_sequence").on(t.stream, t.streamSequence),
  ],
);

/** One row per message handled: the first half of "effects happen once" (the lane is the other). */
export const inbox = pgTable(
  "inbox",
  {
    consumer: text("consumer").notNull(),
    eventId: uuid("event_id").notNull(),
    handledAt: instant("handled_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.consumer, t.eventId] }),
    index("inbox_handled_at").on(t.handledAt),
  ],
);

/** How far a consumer has come with one key. Locking this row is what orders the key. */
export const lanes = pgTable(
  "lanes",
  {
    consumer: text("consumer").notNull(),
    key: text("key").notNull(),
    version: bigint("version", { mode: "number" }).notNull().default(0),
    blocked: boolean("blocked").notNull().default(false),
    /** Parked messages of this lane, counted under its lock. */
    waiting: integer("waiting").notNull().default(0),
    /** The stream no longer has the version this lane waits for; a person decides. */
    stuck: boolean("stuck").notNull().default(false),
    /** Later messages found no room to park and were left in the stream, to be fetched from there. */
    behind: boolean("behind").notNull().default(false),
    /** The highest version ever left so. */
    leftUpTo: bigint("left_up_to", { mode: "number" }).notNull().default(0),
    movedAt: instant("moved_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.consumer, t.key] }),
    index("lanes_waiting").on(t.consumer, t.key).where(sql`${t.waiting} > 0 or ${t.behind}`),
  ],
);

const heldColumns = {
  stream: text("stream").notNull(),
  streamSequence: bigint("stream_sequence", { mode: "number" }).notNull(),
  subject: text("subject").notNull(),
  headers: text("headers").notNull(),
  payload: bytea("payload").notNull(),
  publishedAt: instant("published_at").notNull(),
  attempts: integer("attempts").notNull().default(0),
  error: text("error"),
  firstFailedAt: instant("first_failed_at"),
  lastFailedAt: instant("last_failed_at"),
};

/** Messages that came before their turn, and heads that wait for another attempt. */
export const parked = pgTable(
  "parked",
  {
    consumer: text("consumer").notNull(),
    key: text("key").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    eventId: uuid("event_id").notNull(),
    ...heldColumns,
    parkedAt: instant("parked_at").notNull().defaultNow(),
    retryAt: instant("retry_at"),
    startedAt: instant("started_at"),
    abandoned: integer("abandoned").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.consumer, t.key, t.version] })],
);

/** Attempts at messages that are still with the broker. A row exists only while one is in trouble. */
export const attempts = pgTable(
  "message_attempts",
  {
    consumer: text("consumer").notNull(),
    eventId: uuid("event_id").notNull(),
    attempts: integer("attempts").notNull().default(0),
    startedAt: instant("started_at"),
    abandoned: integer("abandoned").notNull().default(0),
    error: text("error"),
    firstFailedAt: instant("first_failed_at"),
    lastFailedAt: instant("last_failed_at"),
  },
  (t) => [primaryKey({ columns: [t.consumer, t.eventId] })],
);

/** Messages that this service could not process, kept with everything needed to run them later. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    consumer: text("consumer").notNull(),
    /** Null for a message without readable key and version, which has no lane. */
    key: text("key"),
    version: bigint("version", { mode: "number" }),
    eventId: uuid("event_id").notNull(),
    ...heldColumns,
    state: text("state").$type<"dead" | "done" | "discarded">().notNull().default("dead"),
    reason: text("reason").$type<DeadLetterReason>().notNull(),
    revision: integer("revision").notNull().default(1),
    createdAt: instant("created_at").notNull().defaultNow(),
    resolvedAt: instant("resolved_at"),
  },
  (t) => [
    // A message is known by its place in its lane; one that has none, by its place in the stream.
    uniqueIndex("dead_letters_lane").on(t.consumer, t.key, t.version),
    uniqueIndex("dead_letters_keyless").on(t.consumer, t.eventId).where(sql`${t.key} is null`),
    index("dead_letters_open").on(t.consumer, t.id).where(sql`${t.state} = 'dead'`),
    index("dead_letters_resolved_at").on(t.resolvedAt).where(sql`${t.state} <> 'dead'`),
  ],
);

/** Every revision of a letter that was edited, the one that came included: its bytes are never lost. */
export const deadLetterRevisions = pgTable(
  "dead_letter_revisions",
  {
    letterId: bigint("letter_id", { mode: "number" })
      .notNull()
      .references(() => deadLetters.id, { onDelete: "cascade" }),
    revision: integer("revision").notNull(),
    payload: bytea("payload").notNull(),
    /** Who edited it and why; null for the revision that came. */
    actor: text("actor"),
    reason: text("reason"),
    difference: jsonb("difference").$type<readonly FieldChange[]>(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.letterId, t.revision] })],
);

/**
 * Redrives of many letters, worked letter by letter by the leader: the rows say how far a run is,
 * so that whoever leads next goes on from there.
 */
export const redriveRuns = pgTable(
  "redrive_runs",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    consumer: text("consumer").notNull(),
    state: text("state").$type<RedriveRunState>().notNull().default("running"),
    /** What was asked for, as it was asked for. */
    selection: jsonb("selection").$type<Readonly<Record<string, unknown>>>().notNull(),
    /** The first so many letters that are tried must be handled, or the run stops. */
    canary: integer("canary").notNull(),
    perSecond: integer("per_second").notNull(),
    total: integer("total").notNull().default(0),
    done: integer("done").notNull().default(0),
    failed: integer("failed").notNull().default(0),
    skipped: integer("skipped").notNull().default(0),
    actor: text("actor").notNull(),
    /** Why it stopped before its end. */
    problem: text("problem"),
    createdAt: instant("created_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    // One at a time: two would try the same letters.
    uniqueIndex("redrive_runs_open").on(t.consumer).where(sql`${t.state} in ('running', 'paused')`),
    index("redrive_runs_finished_at").on(t.finishedAt),
  ],
);

/** `failed` is a run whose canary failed; letters that fail later do not stop a run. */
export type RedriveRunState = "running" | "paused" | "done" | "failed" | "cancelled";

/** The letters of a run, chosen when it was made, in the order in which they are tried. */
export const redriveRunLetters = pgTable(
  "redrive_run_letters",
  {
    runId: bigint("run_id", { mode: "number" })
      .notNull()
      .references(() => redriveRuns.id, { onDelete: "cascade" }),
    position: integer("position").notNull(),
    letterId: bigint("letter_id", { mode: "number" })
      .notNull()
      .references(() => deadLetters.id, { onDelete: "cascade" }),
    state: text("state")
      .$type<"pending" | "done" | "failed" | "skipped">()
      .notNull()
      .default("pending"),
    error: text("error"),
    /** Its try was begun. One that is still pending was left behind by a crash or a pause. */
    startedAt: instant("started_at"),
    abandoned: integer("abandoned").notNull().default(0),
    endedAt: instant("ended_at"),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.position] }),
    index("redrive_run_letters_pending").on(t.runId, t.position).where(sql`${t.state} = 'pending'`),
    index("redrive_run_letters_letter").on(t.letterId),
  ],
);

/**
 * Why a message was set aside: it used its attempts, its own mark was left behind three times,
 * its payload does not fit its contract, its type is in no contract, or its headers name no lane.
 */
export const deadLetterReasons = [
  "attempts_used",
  "left_behind",
  "unreadable",
  "unknown_type",
  "no_key",
] as const;

export type DeadLetterReason = (typeof deadLetterReasons)[number];

/** The last state seen of each stream this service publishes to: how a broker that forgot is noticed. */
export const streamsSeen = pgTable("streams_seen", {
  stream: text("stream").primaryKey(),
  createdAt: text("created_at").notNull(),
  firstSequence: bigint("first_sequence", { mode: "number" }).notNull(),
  lastSequence: bigint("last_sequence", { mode: "number" }).notNull(),
  deleted: bigint("deleted", { mode: "number" }).notNull(),
  seenAt: instant("seen_at").notNull().defaultNow(),
  /** Why the stream is known to lack messages; null once all of them are pending again. */
  forgot: text("forgot"),
});

/** When the broker last answered a publish, and when it last came back: deadlines count from there. */
export const brokerSeen = pgTable("broker_seen", {
  id: smallint("id").primaryKey().default(1),
  seenAt: instant("seen_at").notNull(),
  returnedAt: instant("returned_at").notNull(),
});

/** Which resource an Idempotency-Key made. It stores no answer: a replay is answered anew. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    resourceId: text("resource_id").notNull(),
    requestHash: text("request_hash").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.key] }),
    index("idempotency_keys_created_at").on(t.createdAt),
  ],
);

/** What operators did. Append-only. */
export const audit = pgTable(
  "audit",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant("at").notNull().defaultNow(),
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    target: text("target").notNull(),
    detail: jsonb("detail"),
  },
  (t) => [index("audit_target").on(t.target, t.id)],
);
