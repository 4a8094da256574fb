import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Item } from "../domain/item.ts";
import { itemColumns, itemFromRow, itemToRow } from "./item-row.ts";
import { refusing } from "./refusals.ts";
import { items } from "./tables.ts";
import { texts } from "./texts.ts";

/** Adds an item. An sku that exists, a deleted one too, is refused: reservations may still name it. */
export async function addItem(db: Database, item: Item): Promise<void> {
  await refusing(db.q.insert(items).values({ sku: item.sku, ...itemToRow(item) }));
}

export async function findItem(db: Database, sku: string): Promise<Item> {
  const [row] = await db.q.select(itemColumns).from(items).where(known(sku));
  if (!row) throw itemNotFound();
  return itemFromRow(row);
}

/** What became of these items, by sku: deleted ones are among them, unknown ones are not. */
export async function findItems(
  db: Database,
  skus: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const rows = await db.q
    .select(itemColumns)
    .from(items)
    .where(sql`${items.sku} = any(${texts(skus)})`);
  return new Map(rows.map((row) => [row.sku, itemFromRow(row)]));
}

/** One page of the menu, by sku: those behind `after`, at most `limit`. */
export async function listItems(
  db: Database,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly Item[]> {
  const rows = await db.q
    .select(itemColumns)
    .from(items)
    .where(and(gt(items.sku, after ?? ""), isNull(items.deletedAt)))
    .orderBy(asc(items.sku))
    .limit(limit);
  return rows.map(itemFromRow);
}

/** Lets `decide` change one item. It waits for whoever reserves of it, and they wait for it. */
export function changeItem(db: Database, sku: string, decide: (item: Item) => Item): Promise<Item> {
  return db.transaction(async (tx) => {
    const [row] = await tx.q.select(itemColumns).from(items).where(known(sku)).for("update");
    if (!row) throw itemNotFound();

    const item = decide(itemFromRow(row));
    const deletedAt = item.deleted ? sql`now()` : null;
    await refusing(
      tx.q
        .update(items)
        .set({ ...itemToRow(item), deletedAt, updatedAt: sql`now()` })
        .where(eq(items.sku, sku)),
    );
    return item;
  });
}

const known = (sku: string) => and(eq(items.sku, sku), isNull(items.deletedAt));

export const itemNotFound = () => new Refusal("not_found", "item_not_found", "not found");
