import type { Database } from "@app/platform/postgres.ts";
import { firstStock } from "../domain/stock.ts";
import { items } from "./tables.ts";

/** The menu of a new database. */
const firstItems = [
  {
    sku: "burger",
    name: "Burger",
    description: "Beef, cheddar, pickles and our own sauce in a brioche bun.",
    priceCents: 890,
    ...firstStock(5),
  },
  {
    sku: "pizza",
    name: "Pizza Margherita",
    description: "Tomato, mozzarella and basil, baked on stone.",
    priceCents: 1150,
    ...firstStock(10),
  },
] as const;

/**
 * Fills a menu that has never had an item, and leaves any other as it is: stock that was sold or
 * an item that was deleted does not come back with a restart. Safe with several starting at once.
 */
export async function seedItems(db: Database): Promise<void> {
  const [some] = await db.q.select({ sku: items.sku }).from(items).limit(1);
  if (some) return;
  await db.q
    .insert(items)
    .values([...firstItems])
    .onConflictDoNothing();
}
