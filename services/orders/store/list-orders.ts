import type { Database, Queries } from "@app/platform/postgres.ts";
import { and, desc, eq, ne, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { ListRequest } from "../domain/list-request.ts";
import type { Order, OrderStatus } from "../domain/order.ts";
import { decodeCursor, encodeCursor, type OrderCursor } from "./order-cursor.ts";
import { fromRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** Written out, because a partial index is of no use to a status the planner cannot see. */
const writtenStatus: Readonly<Record<OrderStatus, SQL>> = {
  PENDING: sql`'PENDING'`,
  CONFIRMED: sql`'CONFIRMED'`,
  CANCELLED: sql`'CANCELLED'`,
};

export interface OrderPage {
  readonly orders: readonly Order[];
  readonly nextCursor: string | undefined;
}

/**
 * One page of orders, newest first by `(created_at, id)`. Orders that come meanwhile stand before
 * the first page, so pages neither repeat nor leave out what was there when the first was read.
 */
export async function listOrders(db: Database, query: ListRequest): Promise<OrderPage> {
  const { userId, status, sku, cursor, limit } = query;
  const common = [
    userId === undefined ? undefined : eq(orders.userId, userId),
    status === undefined ? undefined : sql`${orders.status} = ${writtenStatus[status]}`,
    cursor === undefined ? undefined : before(decodeCursor(cursor)),
  ];
  // One more than asked for tells whether another page follows.
  const page = { common, limit: limit + 1 };
  const rows = await (sku === undefined ? newest(db.q, page) : newestWith(db.q, sku, page));

  const shown = rows.slice(0, limit).map(fromRow);
  const last = shown.at(-1);
  return {
    orders: shown,
    nextCursor: rows.length > limit && last ? encodeCursor(last) : undefined,
  };
}

interface Page {
  readonly common: readonly (SQL | undefined)[];
  readonly limit: number;
}

function newest(q: Queries, { common, limit }: Page, ...own: readonly SQL[]) {
  return q
    .select()
    .from(orders)
    .where(and(...common, ...own))
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit);
}

/** First lines and further lines are found by different indexes, which one OR would keep from both. */
function newestWith(q: Queries, sku: string, page: Page) {
  const firstLine = newest(q, page, eq(orders.sku, sku));
  const furtherLine = newest(
    q,
    page,
    sql`${orders.skus} @> array[${sku}]`,
    sql`${orders.skus} is not null`,
    ne(orders.sku, sku),
  );
  return unionAll(firstLine, furtherLine)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(page.limit);
}

function before({ createdAt, id }: OrderCursor): SQL {
  return sql`(${orders.createdAt}, ${orders.id}) < (${createdAt.toISOString()}::timestamptz, ${id}::bigint)`;
}
