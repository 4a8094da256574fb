import { invalidCursor } from "@app/platform/cursor.ts";
import type { Ledger, LedgerRow } from "@app/platform/messaging/invariant.ts";
import { desc, lt, sql } from "drizzle-orm";
import type { OrderRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** Orders as inventory's reservations are compared with them: the newest first, lines as `burger×2 pizza×1`. */
export const ordersLedger: Ledger = {
  name: "orders",

  async page({ q }, { after, limit }) {
    const rows = await q
      .select(columns)
      .from(orders)
      .where(after === undefined ? undefined : lt(orders.id, idOf(after)))
      .orderBy(desc(orders.id))
      .limit(limit);
    return rows.map(ledgerRow);
  },

  async find({ q }, ids) {
    const known = ids.map((id) => String(idOf(id)));
    const rows = await q
      .select(columns)
      .from(orders)
      .where(sql`${orders.id} = any(${sql.param(known)}::bigint[])`);
    return rows.map(ledgerRow);
  },
};

const columns = {
  id: orders.id,
  status: orders.status,
  sku: orders.sku,
  quantity: orders.quantity,
  lines: orders.lines,
};

function ledgerRow({
  id,
  status,
  sku,
  quantity,
  lines,
}: Pick<OrderRow, keyof typeof columns>): LedgerRow {
  const all = lines ?? [{ sku, quantity }];
  const content = all.map((line) => `${line.sku}×${line.quantity}`).join(" ");
  return { id: String(id), state: status, content };
}

function idOf(text: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw invalidCursor();
  return BigInt(text);
}
