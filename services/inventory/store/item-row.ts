import type { Item } from "../domain/item.ts";
import { items } from "./tables.ts";

export type ItemRow = typeof items.$inferSelect;

/** The columns an item is made of; the times are only kept. */
export const itemColumns = {
  sku: items.sku,
  name: items.name,
  description: items.description,
  priceCents: items.priceCents,
  photoUrl: items.photoUrl,
  initial: items.initial,
  restocked: items.restocked,
  available: items.available,
  reserved: items.reserved,
  consumed: items.consumed,
  version: items.version,
  deletedAt: items.deletedAt,
};

export function itemFromRow(row: Pick<ItemRow, keyof typeof itemColumns>): Item {
  const { sku, name, description, priceCents, photoUrl, version, deletedAt } = row;
  const { initial, restocked, available, reserved, consumed } = row;
  return {
    sku,
    name,
    description,
    priceCents,
    photoUrl,
    stock: { initial, restocked, available, reserved, consumed },
    deleted: deletedAt !== null,
    version,
  };
}

/** All columns that a change of an item may touch. */
export function itemToRow(item: Item) {
  const { name, description, priceCents, photoUrl, stock, version } = item;
  return { name, description, priceCents, photoUrl, ...stock, version };
}
