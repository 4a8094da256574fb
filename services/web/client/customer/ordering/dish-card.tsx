import { Link } from "@tanstack/react-router";
import { Dish, type Tile } from "../../kit/drawings/dish.tsx";
import { money } from "../../lib/format.ts";
import { useStored } from "../../lib/use-stored.ts";
import { Stars } from "../reviews/stars.tsx";
import { AddToBasket } from "./add-to-basket.tsx";
import { basket, quantityOf } from "./basket.ts";
import { LeftBadge } from "./left-badge.tsx";
import type { Item } from "./menu.ts";

interface DishCardProps {
  readonly item: Item;
  readonly left: number;
  readonly tile: Tile;
}

/** One dish of the menu: what it is, what it costs, and whether it can be had. */
export function DishCard({ item, left, tile }: DishCardProps) {
  const { sku, name, description, priceCents, photoUrl, rating, reviews } = item;
  const soldOut = left <= 0;
  const inBasket = quantityOf(useStored(basket), sku);
  const names = ["dish card", soldOut && "dish--off", inBasket > 0 && "dish--in"];
  return (
    <li className={names.filter(Boolean).join(" ")}>
      <Dish
        tile={tile}
        photoUrl={photoUrl === "" ? undefined : photoUrl}
        off={soldOut}
        {...{ sku, name }}
      >
        <LeftBadge left={left} inBasket={inBasket} quiet />
      </Dish>
      <div className="dish__b">
        <h3>
          <Link className="dish__link" to="/dishes/$sku" params={{ sku }}>
            {name}
          </Link>
        </h3>
        {reviews > 0n && <Stars rating={rating} reviews={Number(reviews)} />}
        <div className="dish__say sm muted" data-spare={soldOut ? description : soldOutReason}>
          <p>{soldOut ? soldOutReason : description}</p>
        </div>
        <div className="dish__f">
          <span className="price num">{money(priceCents)}</span>
          <AddToBasket item={item} left={left} />
        </div>
      </div>
    </li>
  );
}

const soldOutReason = "Sold out for now. It is back as soon as the kitchen restocks.";
