import { Refusal } from "@app/platform/errors.ts";
import { firstStock, restock, type Stock } from "./stock.ts";

/** A dish on the menu and its stock. A deleted one is kept for its reservations and unknown to everybody else. */
export interface Item {
  readonly sku: string;
  readonly name: string;
  readonly description: string | null;
  readonly priceCents: number;
  readonly photoUrl: string | null;
  readonly stock: Stock;
  readonly deleted: boolean;
  /** +1 with every change of the row: tells watchers which of two readings is the later one. */
  readonly version: number;
}

/** What an item says about itself; the stock is not part of it. */
export type ItemDescription = Pick<Item, "name" | "description" | "priceCents" | "photoUrl">;

/** An item as it enters the menu, with its first stock. */
export function newItem(
  item: ItemDescription & { readonly sku: string; readonly initial: number },
): Item {
  const { initial, ...described } = item;
  return { ...described, stock: firstStock(initial), deleted: false, version: 1 };
}

/** Replaces what is given and keeps the rest. Prices already reserved at stay as they were. */
export function describeItem(item: Item, description: Partial<ItemDescription>): Item {
  return { ...item, ...description, version: item.version + 1 };
}

export function restockItem(item: Item, quantity: number): Item {
  return { ...item, stock: restock(item.stock, quantity), version: item.version + 1 };
}

/**
 * Takes an item off the menu for good. Refused while pieces of it are set aside, because an order
 * that is about to be confirmed counts on them; `stock.reserved` is the sum over those reservations.
 */
export function deleteItem(item: Item): Item {
  if (item.stock.reserved > 0)
    throw new Refusal("conflict", "item_is_reserved", "item is reserved", {
      details: { reserved: item.stock.reserved },
    });
  return { ...item, deleted: true, version: item.version + 1 };
}
