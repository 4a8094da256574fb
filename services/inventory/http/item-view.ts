import { z } from "zod";
import type { Item } from "../domain/item.ts";

/** An item as the menu shows it: the pieces that are set aside or sold are not its business. */
export const ItemView = z.object({
  sku: z.string(),
  name: z.string(),
  description: z.string().optional(),
  priceCents: z.int(),
  photoUrl: z.string().optional(),
  available: z.int(),
});

export const MenuView = z.object({ items: z.array(ItemView), nextCursor: z.string().nullable() });

export function viewOf(item: Item): z.output<typeof ItemView> {
  const { sku, name, description, priceCents, photoUrl, stock } = item;
  return {
    sku,
    name,
    ...(description === null ? {} : { description }),
    priceCents,
    ...(photoUrl === null ? {} : { photoUrl }),
    available: stock.available,
  };
}
