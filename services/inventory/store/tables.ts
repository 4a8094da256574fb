import { instant } from "@app/platform/messaging/tables.ts";
import { sql } from "drizzle-orm";
import { bigint, check, integer, jsonb, pgTable, text, unique } from "drizzle-orm/pg-core";
import type {
  Line,
  PricedLine,
  ReservationSource,
  ReservationState,
} from "../domain/reservation.ts";

const count = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

/**
 * The menu with its stock. The checks make the two promises about stock impossible to break, by
 * hand too: no piece appears or vanishes, and none is given away twice.
 * `reserved` and `consumed` are the sums over the reservations; `conservation.ts` compares them.
 */
export const items = pgTable(
  "items",
  {
    sku: text("sku").primaryKey(),
    name: text("name").notNull(),
    description: text("description"),
    priceCents: bigint("price_cents", { mode: "number" }).notNull(),
    photoUrl: text("photo_url"),
    initial: count("initial"),
    restocked: count("restocked"),
    available: count("available"),
    reserved: count("reserved"),
    consumed: count("consumed"),
    version: bigint("version", { mode: "number" }).notNull().default(1),
    /** Deleted items stay for the reservations that name them; their sku is never given out again. */
    deletedAt: instant("deleted_at"),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    check(
      "items_conserved",
      sql`${t.initial} + ${t.restocked} = ${t.available} + ${t.reserved} + ${t.consumed}`,
    ),
    check("items_available_not_negative", sql`${t.available} >= 0`),
    check("items_reserved_not_negative", sql`${t.reserved} >= 0`),
    check("items_consumed_not_negative", sql`${t.consumed} >= 0`),
    check("items_supply_not_negative", sql`${t.initial} >= 0 and ${t.restocked} >= 0`),
    check("items_price_not_negative", sql`${t.priceCents} >= 0`),
    check("items_sku_length", sql`char_length(${t.sku}) between 1 and 64`),
    check("items_deleted_holds_nothing", sql`${t.deletedAt} is null or ${t.reserved} = 0`),
  ],
);

/**
 * What customers think of items, as the messages of reviews say. News of an item may come before the
 * item does, so nothing refers to it.
 */
export const itemRatings = pgTable(
  "item_ratings",
  {
    sku: text("sku").primaryKey(),
    /** Of its messages. */
    key: text("key").notNull(),
    reviews: count("reviews"),
    /** The sum of their stars. */
    stars: count("stars"),
    /** Of the newest message that was taken in. */
    version: bigint("version", { mode: "number" }).notNull(),
  },
  (t) => [
    unique("item_ratings_key").on(t.key),
    check("item_ratings_stars_fit", sql`${t.stars} between ${t.reviews} and ${t.reviews} * 5`),
  ],
);

/**
 * One row per reservation, whatever it holds. The first line has columns of its own, so that the
 * usual one-line form writes no document; `lines` holds all of them, and is null unless they are
 * several. Lines never change once written. A released mark that came before its reserve has none.
 */
export const reservations = pgTable(
  "reservations",
  {
    /** `order/<id>` or `rpc/<ref>`: also the `reservation_id` of the contract. */
    id: text("id").primaryKey(),
    source: text("source").$type<ReservationSource>().notNull(),
    ref: text("ref").notNull(),
    state: text("state").$type<ReservationState>().notNull(),
    sku: text("sku"),
    quantity: integer("quantity"),
    priceCents: bigint("price_cents", { mode: "number" }),
    lines: jsonb("lines").$type<readonly (Line | PricedLine)[]>(),
    totalCents: bigint("total_cents", { mode: "number" }),
    reason: text("reason"),
    missing: jsonb("missing").$type<readonly string[]>(),
    /** Messages announced about it. */
    version: bigint("version", { mode: "number" }).notNull().default(0),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    check("reservations_id_is_its_key", sql`${t.id} = ${t.source} || '/' || ${t.ref}`),
    check("reservations_source_known", sql`${t.source} in ('order', 'rpc')`),
    check(
      "reservations_state_known",
      sql`${t.state} in ('RESERVED', 'CONSUMED', 'RELEASED', 'REJECTED')`,
    ),
    check("reservations_quantity_positive", sql`${t.quantity} > 0`),
    check(
      "reservations_held_is_priced",
      sql`${t.state} not in ('RESERVED', 'CONSUMED') or (num_nulls(${t.sku}, ${t.quantity}, ${t.priceCents}, ${t.totalCents}) = 0 and ${t.priceCents} >= 0 and ${t.totalCents} >= 0)`,
    ),
    check(
      "reservations_rejected_has_reason",
      sql`${t.state} <> 'REJECTED' or (${t.reason} is not null and ${t.missing} is not null)`,
    ),
  ],
);
