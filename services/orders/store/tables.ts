import { instant } from "@app/platform/messaging/tables.ts";
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  text,
} from "drizzle-orm/pg-core";
import type { OrderLine, OrderStatus } from "../domain/order.ts";

/** Where ids come from. They are drawn ahead of the insert, see `order-ids.ts`. */
export const orderIdSequence = pgSequence("orders_id_seq");

/**
 * One row per order. An order of one line keeps it in `sku` and `quantity` alone; only an order of
 * several pays for `lines` and `skus`.
 *
 * Each index serves one question, and newest first is an index read backwards: a user's orders, all
 * orders, orders of a sku (first lines by btree, all lines of several by the partial GIN), the few
 * cancelled among the many confirmed, and the undecided, which the deadlines walk too. The few
 * orders with a deadline of their own are found by an index of its own.
 */
export const orders = pgTable(
  "orders",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey(),
    userId: text("user_id").notNull(),
    note: text("note").notNull(),
    status: text("status").$type<OrderStatus>().notNull(),
    /** The first line's. */
    sku: text("sku").notNull(),
    quantity: integer("quantity").notNull(),
    /** All lines, the first included, when there are several. */
    lines: jsonb("lines").$type<readonly OrderLine[]>(),
    skus: text("skus").array(),
    reason: text("reason"),
    missing: text("missing").array(),
    pricesCents: bigint("prices_cents", { mode: "number" }).array(),
    totalCents: bigint("total_cents", { mode: "number" }),
    version: bigint("version", { mode: "number" }).notNull(),
    /** Another deadline than the service's, in seconds; only demo data has one. */
    deadlineSeconds: integer("deadline_seconds"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at"),
  },
  (t) => [
    index("orders_user").on(t.userId, t.createdAt, t.id),
    index("orders_newest").on(t.createdAt, t.id),
    index("orders_sku").on(t.sku, t.createdAt, t.id),
    index("orders_skus").using("gin", t.skus).where(sql`${t.skus} is not null`),
    index("orders_cancelled").on(t.createdAt, t.id).where(sql`${t.status} = 'CANCELLED'`),
    index("orders_pending").on(t.createdAt, t.id).where(sql`${t.status} = 'PENDING'`),
    index("orders_pending_own_deadline")
      .on(t.createdAt, t.id)
      .where(sql`${t.status} = 'PENDING' and ${t.deadlineSeconds} is not null`),
    check("orders_status_known", sql`${t.status} in ('PENDING', 'CONFIRMED', 'CANCELLED')`),
    check("orders_quantity_range", sql`${t.quantity} between 1 and 1000000`),
    check("orders_version_positive", sql`${t.version} >= 1`),
    check(
      "orders_pending_untouched",
      sql`(${t.status} = 'PENDING') = (${t.version} = 1 and ${t.updatedAt} is null)`,
    ),
    check(
      "orders_confirmed_priced",
      sql`${t.status} <> 'CONFIRMED' or ${t.totalCents} is not null`,
    ),
    check(
      "orders_cancelled_with_reason",
      sql`(${t.status} = 'CANCELLED') = (${t.reason} is not null and ${t.missing} is not null)`,
    ),
    check("orders_priced_whole", sql`(${t.totalCents} is null) = (${t.pricesCents} is null)`),
    check("orders_lines_whole", sql`(${t.lines} is null) = (${t.skus} is null)`),
  ],
);
