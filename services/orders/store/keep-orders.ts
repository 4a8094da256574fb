import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { insertOf, type MessageColumns, messageColumns } from "@app/platform/messaging/outbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { statement, unmeasured } from "@app/platform/statement.ts";
import { sql } from "drizzle-orm";
import type { Order } from "../domain/order.ts";
import { changeOf } from "./order-row.ts";
import { orders } from "./tables.ts";

export interface KeptOrders {
  /** Each once, as decisions left it. */
  readonly orders: readonly Order[];
  /** What states the changes, in the order of the decisions. */
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Stores what was decided about any number of orders, and what states it, in one statement. Their
 * rows must be locked. A decision that states nothing has changed nothing.
 */
export async function keepOrders(tx: Transaction, kept: KeptOrders): Promise<void> {
  if (kept.messages.length === 0) return;
  const changes = kept.orders.map((order) => ({ id: String(order.id), ...changeOf(order) }));
  await tx.send(changeAndState, {
    ids: kept.orders.map(({ id }) => String(id)),
    changes: JSON.stringify(changes),
    ...messageColumns(kept.messages),
  });
  tx.outboxWritten();
}

interface ChangeAndState extends MessageColumns {
  readonly ids: readonly string[];
  /** A document: some of the columns are arrays themselves. */
  readonly changes: string;
}

/**
 * The rows are found by their place, which stays because they are locked. Joined by id, all of the
 * table would be read for as long as the plan stems from a time when it was small.
 */
const changeAndState = statement<ChangeAndState>(
  (given) => sql`
    with found as materialized (
      select id, ctid from ${orders} where id = any(${unmeasured(given.ids, "bigint")}) order by id
    ), changed as (
      update ${orders} o
      set status = c.status, reason = c.reason, missing = c.missing,
        prices_cents = c."pricesCents", total_cents = c."totalCents",
        version = c.version, updated_at = c."updatedAt"
      from jsonb_to_recordset(${given.changes}::jsonb) as c (id bigint, status text, reason text,
        missing text[], "pricesCents" bigint[], "totalCents" bigint, version bigint,
        "updatedAt" timestamptz)
      join found on found.id = c.id
      where o.ctid = found.ctid
    ) ${insertOf(given)}`,
);
