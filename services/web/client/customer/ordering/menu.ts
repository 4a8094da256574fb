import { InventoryService, type Item } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { clientOf } from "../../lib/transport.ts";

export type { Item };

export const inventory = clientOf(InventoryService);

/** A menu of more than a thousand dishes is shown as far as this. */
const pagesMax = 10;
const pageItems = 100;

/** The whole menu, by sku. */
export async function readMenu(signal: AbortSignal): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor = "";
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await inventory.listItems({ cursor, limit: pageItems }, { signal });
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === "") break;
  }
  return items;
}

/** Pieces left, by sku. */
export type Stock = ReadonlyMap<string, number>;

export function stockIn(items: readonly Item[]): Stock {
  return new Map(items.map(({ sku, available }) => [sku, Number(available)]));
}

/** What is left of each dish: of those that are followed as it was heard, of the others as the menu said. */
export function stockOf(items: readonly Item[], heard: Stock = new Map()): Stock {
  return new Map([...stockIn(items), ...heard]);
}

/** So few that it is worth saying. */
const fewMax = 5;

/** How a dish stands, in the words of the menu. */
export type Availability =
  | { readonly kind: "plenty"; readonly left: number }
  | { readonly kind: "few"; readonly left: number }
  | { readonly kind: "sold-out"; readonly left: 0 };

export function availabilityOf(left: number): Availability {
  if (left <= 0) return { kind: "sold-out", left: 0 };
  return { kind: left <= fewMax ? "few" : "plenty", left };
}

/** Whether each word of a search begins a word of what the menu says of a dish. */
export function matches({ name, description }: Pick<Item, "name" | "description">, search: string) {
  const words = wordsOf(`${name} ${description}`);
  return wordsOf(search).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

/** Words without case and accents, so that `creme` finds `Crème`. */
function wordsOf(text: string): readonly string[] {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
