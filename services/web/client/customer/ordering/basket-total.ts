import type { Basket } from "./basket.ts";
import type { Item } from "./menu.ts";

/**
 * What the basket costs by the menu as it was read, in cents. What is paid is what the kitchen
 * reserves at; a dish that is not on the menu any more counts nothing.
 */
export function totalOf({ lines }: Basket, items: readonly Pick<Item, "sku" | "priceCents">[]) {
  const prices = new Map(items.map(({ sku, priceCents }) => [sku, Number(priceCents)]));
  return lines.reduce((sum, { sku, quantity }) => sum + quantity * (prices.get(sku) ?? 0), 0);
}
