import { Icon } from "../../kit/icon.tsx";
import { money, plural } from "../../lib/format.ts";
import { useStored } from "../../lib/use-stored.ts";
import { basket, piecesIn } from "./basket.ts";
import { totalOf } from "./basket-total.ts";
import type { Item } from "./menu.ts";

/** The way to the basket where it stands below the menu. */
export function BasketPeek({ items }: { readonly items: readonly Item[] }) {
  const content = useStored(basket);
  return (
    <a className="peek btn btn--primary btn--lg" href="#basket">
      <Icon name="bag" />
      {plural(piecesIn(content), { one: "dish", other: "dishes" })}
      {items.length > 0 && <span className="push num">{money(totalOf(content, items))}</span>}
    </a>
  );
}
