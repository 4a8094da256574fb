import { cursorAt, placeOf } from "@app/platform/cursor.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Item } from "../domain/item.ts";
import { listItems } from "./items.ts";

export interface MenuPage {
  readonly items: readonly Item[];
  /** Asks for the page after this one; undefined on the last. */
  readonly nextCursor: string | undefined;
}

/** One page of the menu, by sku. A cursor that no page gave is refused. */
export async function menuPage(
  db: Database,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<MenuPage> {
  const after = cursor ? placeOf(cursor) : undefined;
  // One more than asked for tells whether there is another page.
  const found = await listItems(db, { after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? undefined : cursorAt(last.sku) };
}
