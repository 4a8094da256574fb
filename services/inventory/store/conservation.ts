import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { items, reservations } from "./tables.ts";

/** One sku whose numbers do not agree. */
export interface StockDifference {
  readonly sku: string;
  /** `initial + restocked - (available + reserved + consumed)`. */
  readonly unaccounted: number;
  /** Pieces reserved by the item, less those of its RESERVED reservations. */
  readonly reserved: number;
  /** Pieces consumed by the item, less those of its CONSUMED reservations. */
  readonly consumed: number;
}

/**
 * The skus that break the law of conservation, or whose stock and reservations disagree: none, as
 * long as nobody writes by hand. One snapshot, so that it is right at any moment. It reads every
 * reservation that holds stock: for a check now and then, not for a request.
 */
export async function stockDifferences(db: Database): Promise<readonly StockDifference[]> {
  const rows = await db.q.execute<Record<keyof StockDifference, string>>(sql`
    with held as (
      select coalesce(line.sku, ${reservations.sku}) as sku,
        sum(coalesce(line.quantity, ${reservations.quantity}))
          filter (where ${reservations.state} = 'RESERVED') as reserved,
        sum(coalesce(line.quantity, ${reservations.quantity}))
          filter (where ${reservations.state} = 'CONSUMED') as consumed
      from ${reservations}
      left join lateral jsonb_to_recordset(${reservations.lines}) as line(sku text, quantity bigint)
        on true
      where ${reservations.state} in ('RESERVED', 'CONSUMED')
      group by 1
    ), difference as (
      select coalesce(${items.sku}, held.sku) as sku,
        coalesce(${items.initial} + ${items.restocked}
          - (${items.available} + ${items.reserved} + ${items.consumed}), 0) as unaccounted,
        coalesce(${items.reserved}, 0) - coalesce(held.reserved, 0) as reserved,
        coalesce(${items.consumed}, 0) - coalesce(held.consumed, 0) as consumed
      from ${items} full join held on held.sku = ${items.sku}
    )
    select sku, unaccounted, reserved, consumed from difference
    where unaccounted <> 0 or reserved <> 0 or consumed <> 0
    order by sku`);
  return rows.map(({ sku, unaccounted, reserved, consumed }) => ({
    sku,
    unaccounted: Number(unaccounted),
    reserved: Number(reserved),
    consumed: Number(consumed),
  }));
}
