import { bytea, instant } from "@app/platform/messaging/tables.ts";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { BookingStatus, HoldState } from "../domain/booking.ts";

/**
 * The projection of events, from their messages alone. Rows of several generations may stand beside
 * each other: `event_view_state` says which one is read, and which one a rebuild fills. So a rebuild
 * is swapped in by changing one row, without a right to change tables.
 */
export const eventView = pgTable(
  "event_view",
  {
    generation: integer("generation").notNull(),
    eventId: uuid("event_id").notNull(),
    /** Of the newest message that was taken in. */
    version: bigint("version", { mode: "number" }).notNull(),
    name: text("name").notNull(),
    startsAt: instant("starts_at").notNull(),
    endsAt: instant("ends_at").notNull(),
    capacity: integer("capacity").notNull(),
    seatsMax: integer("seats_max").notNull(),
    oneBookingEach: boolean("one_booking_each").notNull(),
    cancelled: boolean("cancelled").notNull(),
  },
  (t) => [primaryKey({ columns: [t.generation, t.eventId] })],
);

/** One row. While `building` is set, every listener writes to both generations. */
export const eventViewState = pgTable(
  "event_view_state",
  {
    id: smallint("id").primaryKey().default(1),
    live: integer("live").notNull(),
    building: integer("building"),
  },
  (t) => [
    check("event_view_state_one_row", sql`${t.id} = 1`),
    check("event_view_state_building_is_newer", sql`${t.building} > ${t.live}`),
  ],
);

/** Rebuilds of the projection: the row says how far one is, so that whoever leads next goes on. */
export const rebuilds = pgTable(
  "rebuilds",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    state: text("state").$type<RebuildState>().notNull().default("running"),
    generation: integer("generation").notNull(),
    /** Which stream of that name was read: another one is read from its start. */
    streamCreatedAt: text("stream_created_at"),
    /** Everything at or below it was taken in. */
    upTo: bigint("up_to", { mode: "number" }).notNull().default(0),
    /** Where the stream ended when listeners had begun to write to the new generation as well. */
    target: bigint("target", { mode: "number" }),
    messages: bigint("messages", { mode: "number" }).notNull().default(0),
    /** Messages that could not be read; they are dead letters of the consumer. */
    unreadable: bigint("unreadable", { mode: "number" }).notNull().default(0),
    /** Events that were different before the swap; null until then. */
    changed: integer("changed"),
    actor: text("actor").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    // One at a time: there is one building generation.
    uniqueIndex("rebuilds_running").on(t.state).where(sql`${t.state} = 'running'`),
    check("rebuilds_state_known", sql`${t.state} in ('running', 'done', 'cancelled')`),
  ],
);

export type RebuildState = "running" | "done" | "cancelled";

/**
 * The seats of each event, owned by this service and never rebuilt. The checks make overselling
 * impossible, by hand too: `capacity` is what the organiser announced, or what was sold before where
 * that is more, so that nothing is sold until it fits.
 * `booked` and `held` are the sums over bookings and holds; `invariants.ts` compares them.
 *
 * This row is locked first by everybody who changes bookings or holds of its event.
 */
export const eventSeats = pgTable(
  "event_seats",
  {
    eventId: uuid("event_id").primaryKey(),
    capacity: integer("capacity").notNull(),
    announcedCapacity: integer("announced_capacity").notNull(),
    /** Of the message that announced it: older news changes nothing. */
    announcedVersion: bigint("announced_version", { mode: "number" }).notNull(),
    booked: integer("booked").notNull().default(0),
    held: integer("held").notNull().default(0),
    /** When it was heard that the event will not take place. */
    cancelledAt: instant("cancelled_at"),
  },
  (t) => [
    check("event_seats_never_oversold", sql`${t.booked} + ${t.held} <= ${t.capacity}`),
    check(
      "event_seats_capacity_as_announced",
      sql`${t.capacity} = greatest(${t.announcedCapacity}, ${t.booked} + ${t.held})`,
    ),
    check("event_seats_booked_not_negative", sql`${t.booked} >= 0`),
    check("event_seats_held_not_negative", sql`${t.held} >= 0`),
    check("event_seats_announced_positive", sql`${t.announcedCapacity} > 0`),
    index("event_seats_cancelled")
      .on(t.eventId)
      .where(sql`${t.cancelledAt} is not null and ${t.booked} + ${t.held} > 0`),
  ],
);

/**
 * One row per booking. Each index serves one question: a user's bookings, an event's, all of them,
 * and those that an organiser's cancellation still has to cancel.
 */
export const bookings = pgTable(
  "bookings",
  {
    id: uuid("id").primaryKey(),
    eventId: uuid("event_id")
      .notNull()
      .references(() => eventSeats.eventId),
    eventName: text("event_name").notNull(),
    userId: text("user_id").notNull(),
    seats: integer("seats").notNull(),
    status: text("status").$type<BookingStatus>().notNull(),
    /** The event allowed one active booking each when this one was made. */
    onlyOne: boolean("only_one").notNull(),
    /** The hold that became this booking. */
    holdId: uuid("hold_id"),
    reason: text("reason"),
    /** Messages announced about it. */
    version: bigint("version", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    /** When it was used or cancelled. */
    endedAt: instant("ended_at"),
  },
  (t) => [
    uniqueIndex("bookings_one_each")
      .on(t.eventId, t.userId)
      .where(sql`${t.onlyOne} and ${t.status} <> 'CANCELLED'`),
    uniqueIndex("bookings_hold").on(t.holdId),
    index("bookings_user").on(t.userId, t.createdAt, t.id),
    index("bookings_event").on(t.eventId, t.createdAt, t.id),
    index("bookings_newest").on(t.createdAt, t.id),
    index("bookings_confirmed").on(t.eventId, t.id).where(sql`${t.status} = 'CONFIRMED'`),
    check("bookings_status_known", sql`${t.status} in ('CONFIRMED', 'CANCELLED', 'USED')`),
    check("bookings_seats_range", sql`${t.seats} between 1 and 1000`),
    check(
      "bookings_confirmed_untouched",
      sql`(${t.status} = 'CONFIRMED') = (${t.endedAt} is null)`,
    ),
    check(
      "bookings_cancelled_with_reason",
      sql`(${t.status} = 'CANCELLED') = (${t.reason} is not null)`,
    ),
    check(
      "bookings_version_counts_messages",
      sql`${t.version} = case when ${t.status} = 'CONFIRMED' then 1 else 2 end`,
    ),
  ],
);

/** Seats set aside. Closed ones stay, so that a late confirm is told what became of its hold. */
export const holds = pgTable(
  "holds",
  {
    id: uuid("id").primaryKey(),
    eventId: uuid("event_id")
      .notNull()
      .references(() => eventSeats.eventId),
    userId: text("user_id").notNull(),
    seats: integer("seats").notNull(),
    state: text("state").$type<HoldState>().notNull(),
    bookingId: uuid("booking_id"),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    closedAt: instant("closed_at"),
  },
  (t) => [
    index("holds_open").on(t.expiresAt).where(sql`${t.state} = 'OPEN'`),
    index("holds_open_of_event").on(t.eventId, t.expiresAt).where(sql`${t.state} = 'OPEN'`),
    index("holds_open_of_user").on(t.userId, t.expiresAt).where(sql`${t.state} = 'OPEN'`),
    index("holds_closed").on(t.closedAt).where(sql`${t.state} <> 'OPEN'`),
    check("holds_state_known", sql`${t.state} in ('OPEN', 'CONFIRMED', 'RELEASED', 'EXPIRED')`),
    check("holds_seats_range", sql`${t.seats} between 1 and 1000`),
    check(
      "holds_confirmed_is_booked",
      sql`(${t.state} = 'CONFIRMED') = (${t.bookingId} is not null)`,
    ),
    check("holds_open_not_closed", sql`(${t.state} = 'OPEN') = (${t.closedAt} is null)`),
  ],
);

/**
 * What tickets are signed with: the newest key that has a private half signs, and every one that
 * ever did verifies.
 */
export const ticketKeys = pgTable("ticket_keys", {
  /** The key's thumbprint (RFC 7638). */
  kid: text("kid").primaryKey(),
  publicKey: text("public_key").notNull(),
  /** PKCS #8, sealed with a secret that is not here; empty where the key signs no more. */
  sealedPrivateKey: bytea("private_key").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});
