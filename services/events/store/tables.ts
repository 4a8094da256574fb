import { instant } from "@app/platform/messaging/tables.ts";
import { type SQL, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { EventStatus } from "../domain/event.ts";

const version = () => bigint("version", { mode: "number" }).notNull();

/** The words a row is found by. Written as SQL, because `array_to_tsvector` makes it. */
const tsvector = customType<{ data: SQL }>({ dataType: () => "tsvector" });

/** Places with halls. Neither changes once it is made. */
export const locations = pgTable(
  "locations",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    address: text("address").notNull(),
    country: text("country").notNull(),
    openTime: integer("open_time").notNull(),
    closeTime: integer("close_time").notNull(),
    version: version(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    check("locations_name_length", sql`char_length(${t.name}) between 1 and 200`),
    check(
      "locations_hours",
      sql`${t.openTime} between 0 and 24 and ${t.closeTime} between 0 and 24`,
    ),
    check("locations_version_positive", sql`${t.version} >= 1`),
  ],
);

export const halls = pgTable(
  "halls",
  {
    id: uuid("id").primaryKey(),
    locationId: uuid("location_id")
      .notNull()
      .references(() => locations.id),
    name: text("name").notNull(),
    place: text("place"),
    capacity: integer("capacity").notNull(),
    /** In which place of its location's list it was given. */
    position: integer("position").notNull(),
  },
  (t) => [
    unique("halls_position").on(t.locationId, t.position),
    // What an event refers to: with its hall it names the location and the seats, which must fit.
    unique("halls_seats").on(t.locationId, t.id, t.capacity),
    check("halls_name_length", sql`char_length(${t.name}) between 1 and 200`),
    check("halls_capacity_range", sql`${t.capacity} between 1 and 1000000`),
  ],
);

/**
 * One row per event. What it repeats of its location (`country_key`, `search`) is there to be found
 * by, and cannot go stale because locations never change. That no two events that take place overlap
 * in a hall is said by `events_hall_is_free`, an exclusion constraint that the migration adds by hand.
 *
 * Each index serves one question and the order of the answer: all events, those of a country, those
 * of a name. `events_running` finds those that have begun and are not over, `events_search` the words.
 */
export const events = pgTable(
  "events",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    nameKey: text("name_key").notNull(),
    startsAt: instant("starts_at").notNull(),
    endsAt: instant("ends_at").notNull(),
    durationMinutes: integer("duration_minutes").notNull(),
    locationId: uuid("location_id").notNull(),
    hallId: uuid("hall_id").notNull(),
    hallCapacity: integer("hall_capacity").notNull(),
    countryKey: text("country_key").notNull(),
    capacity: integer("capacity").notNull(),
    seatsMax: integer("seats_max").notNull(),
    oneBookingEach: boolean("one_booking_each").notNull(),
    status: text("status").$type<EventStatus>().notNull(),
    organiserId: text("organiser_id").notNull(),
    search: tsvector("search").notNull(),
    version: version(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    foreignKey({
      name: "events_hall",
      columns: [t.locationId, t.hallId, t.hallCapacity],
      foreignColumns: [halls.locationId, halls.id, halls.capacity],
    }),
    index("events_by_start").on(t.startsAt, t.id),
    index("events_by_country").on(t.countryKey, t.startsAt, t.id),
    index("events_by_name").on(t.nameKey, t.startsAt, t.id),
    index("events_running")
      .using("gist", sql`tstzrange(${t.startsAt}, ${t.endsAt})`)
      .where(sql`${t.status} = 'SCHEDULED'`),
    index("events_search").using("gin", t.search).with({ fastupdate: false }),
    check("events_name_length", sql`char_length(${t.name}) between 1 and 200`),
    check("events_ends_after_start", sql`${t.endsAt} > ${t.startsAt}`),
    check("events_duration_not_negative", sql`${t.durationMinutes} >= 0`),
    check(
      "events_capacity_in_hall",
      sql`${t.capacity} >= 1 and ${t.capacity} <= ${t.hallCapacity}`,
    ),
    check("events_seats_max_range", sql`${t.seatsMax} between 1 and 1000`),
    check("events_status_known", sql`${t.status} in ('SCHEDULED', 'CANCELLED')`),
    check("events_version_positive", sql`${t.version} >= 1`),
  ],
);

/**
 * The seats that are booked, as the messages of bookings say. News of an event may come before the
 * event does, so nothing refers to it.
 */
export const bookedSeats = pgTable(
  "booked_seats",
  {
    eventId: uuid("event_id").primaryKey(),
    seats: integer("seats").notNull().default(0),
  },
  (t) => [check("booked_seats_not_negative", sql`${t.seats} >= 0`)],
);

/**
 * What customers think of events, as the messages of reviews say. News of an event may come before
 * the event does, so nothing refers to it.
 */
export const eventRatings = pgTable(
  "event_ratings",
  {
    eventId: uuid("event_id").primaryKey(),
    reviews: bigint("reviews", { mode: "number" }).notNull(),
    /** The sum of their stars. */
    stars: bigint("stars", { mode: "number" }).notNull(),
    /** Of the newest message that was taken in. */
    version: version(),
  },
  (t) => [
    check("event_ratings_stars_fit", sql`${t.stars} between ${t.reviews} and ${t.reviews} * 5`),
  ],
);

/** Every word that an event was ever found by, so that a misspelt one leads to those like it. */
export const searchWords = pgTable("search_words", { word: text("word").primaryKey() }, (t) => [
  index("search_words_similar").using("gin", t.word.op("gin_trgm_ops")),
]);
