import type postgres from "postgres";
import { skuCount } from "./messages.ts";

const STOCK = 1_000_000_000;

/** Puts a thousand items on the menu, of which there are always enough. */
export async function fillMenu(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into items (sku, name, price_cents, initial, available)
    select 'sku-' || n, 'Item ' || n, 100, ${STOCK}, ${STOCK}
    from generate_series(0, ${skuCount - 1}::int) n`;
}
