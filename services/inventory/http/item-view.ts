import { z } from "zod";
import type { Item } from "../domain/item.ts";
import { averageOf, type Rating } from "../domain/rating.ts";

/** An item as the menu shows it: the pieces that are set aside or sold are not its business. */
export const ItemView = z.object({
  sku: z.string(),
  name: z.string(),
  description: z.string().optional(),
  priceCents: z.int(),
  photoUrl: z.string().optional(),
  available: z.int(),
  /** The average of its reviews to two places, and how many there are; left out without any. */
  rating: z.number().optional(),
  reviews: z.int().optional(),
});

export const MenuView = z.object({ items: z.array(ItemView), nextCursor: z.string().nullable() });

export function viewOf(item: Item, rated?: Rating): z.output<typeof ItemView> {
  const rating = averageOf(rated);
  const { sku, name, description, priceCents, photoUrl, stock } = item;
  return {
    sku,
    name,
    ...(description === null ? {} : { description }),
    priceCents,
    ...(photoUrl === null ? {} : { photoUrl }),
    available: stock.available,
    ...(rating === undefined ? {} : { rating, reviews: rated?.reviews }),
  };
}
