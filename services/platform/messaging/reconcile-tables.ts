import { bigint, boolean, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./tables.ts";

/** What a sweep of the reconciler compares: what was `received` with its traces, or what was `sent` with the stream. */
export type SweepKind = "received" | "sent";

/** How far the reconciler has come with each of its sweeps. */
export const reconciled = pgTable(
  "reconciled",
  {
    kind: text("kind").$type<SweepKind>().notNull(),
    stream: text("stream").notNull(),
    /** Empty for what was sent. */
    consumer: text("consumer").notNull(),
    /** Of the stream that was swept: another one of that name is swept from its beginning. */
    createdAt: text("created_at").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull().default(0),
    /** How far it may go by what was last seen. */
    target: bigint("target", { mode: "number" }).notNull().default(0),
    /** The last message swept: another one in its place means that the stream went back. */
    witnessSequence: bigint("witness_sequence", { mode: "number" }).notNull().default(0),
    witness: text("witness").notNull().default(""),
    /** When it last started at the beginning of the stream. */
    beganAt: instant("began_at").notNull().defaultNow(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.stream, t.consumer] })],
);

/** Messages that the reconciler misses, until they turn up. */
export const differences = pgTable(
  "differences",
  {
    kind: text("kind").$type<SweepKind>().notNull(),
    stream: text("stream").notNull(),
    consumer: text("consumer").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    eventId: uuid("event_id").notNull(),
    key: text("key"),
    version: bigint("version", { mode: "number" }),
    subject: text("subject").notNull(),
    /** False until a second look: the first may have met a message on its way. */
    confirmed: boolean("confirmed").notNull().default(false),
    foundAt: instant("found_at").notNull().defaultNow(),
    seenAt: instant("seen_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.stream, t.consumer, t.sequence] })],
);

/** What the last look at each invariant of the service found. */
export const invariantsChecked = pgTable("invariants_checked", {
  name: text("name").primaryKey(),
  breaches: integer("breaches").notNull(),
  /** Why it could not be looked at. */
  problem: text("problem"),
  at: instant("at").notNull().defaultNow(),
});
