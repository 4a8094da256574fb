import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import type { Order } from "../domain/order.ts";
import { rowOf } from "./access.ts";
import { orderNotFound } from "./change-order.ts";
import { fromRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** One order. Refuses an unknown id, and with `ownedBy` one of somebody else in the same words. */
export async function findOrder(
  db: Database,
  id: bigint,
  { ownedBy }: { readonly ownedBy?: string | undefined } = {},
): Promise<Order> {
  const [row] = await db.q.select().from(orders).where(rowOf({ id, ownedBy }));
  if (!row) throw orderNotFound();
  return fromRow(row);
}

/** The orders of these ids, by id as text; unknown ones are left out. */
export async function findOrders(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Order>> {
  const rows = await db.q.select().from(orders).where(idIn(ids));
  return new Map(rows.map((row) => [String(row.id), fromRow(row)]));
}

/** One parameter for any number of ids, so that the statement keeps one shape. */
export function idIn(ids: readonly (string | bigint)[]) {
  return sql`${orders.id} = any(${`{${ids.join(",")}}`}::bigint[])`;
}
