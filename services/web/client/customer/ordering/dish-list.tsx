import { useRef } from "react";
import { type Tile, tiles } from "../../kit/drawings/dish.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { Empty } from "../../kit/empty.tsx";
import { DishCard } from "./dish-card.tsx";
import { useKeepHeight } from "./kept-height.ts";
import type { Item, Stock } from "./menu.ts";

interface DishListProps {
  readonly items: readonly Item[];
  readonly stock: Stock;
  readonly search: string;
  readonly onlyAvailable: boolean;
}

/** The dishes of the menu; neighbours stand on different cloths. */
export function DishList({ items, stock, search, onlyAvailable }: DishListProps) {
  const list = useRef<HTMLUListElement>(null);
  useKeepHeight(list, { isWhole: search === "" && !onlyAvailable && items.length > 0 });
  if (items.length === 0)
    return (
      <Empty
        drawing={plates["empty-plate"]}
        title={search === "" ? "Nothing on the menu" : `Nothing like “${search}”`}
      >
        {search !== ""
          ? "Try another word, or fewer of them."
          : onlyAvailable
            ? "Everything is sold out right now. Dishes come back here by themselves."
            : "Dishes appear here as soon as the kitchen adds one."}
      </Empty>
    );
  return (
    <ul ref={list} className={search === "" ? "dishes dishes--first" : "dishes"}>
      {items.map((item, index) => (
        <DishCard key={item.sku} item={item} left={stock.get(item.sku) ?? 0} tile={tileAt(index)} />
      ))}
    </ul>
  );
}

const tileAt = (index: number): Tile => tiles[index % tiles.length] ?? "mustard";
