import type { NameOf } from "./order-words.ts";
import { useMenu } from "./use-menu.ts";

/** How dishes are called: by the menu where it still has them, else by their sku. */
export function useNames(): NameOf {
  const { data = [] } = useMenu();
  const names = new Map(data.map(({ sku, name }) => [sku, name]));
  return (sku) => names.get(sku) ?? sku;
}
