import { Dish } from "../../kit/drawings/dish.tsx";
import { Stepper } from "../../kit/stepper.tsx";
import { count, money } from "../../lib/format.ts";
import { type BasketLine, basket, withQuantity } from "./basket.ts";
import type { Item } from "./menu.ts";

interface BasketLineRowProps {
  readonly line: BasketLine;
  /** Undefined when the menu does not have it, or not yet. */
  readonly item: Item | undefined;
  readonly left: number;
}

/** One dish of the basket, with what it costs together and whether there is enough of it. */
export function BasketLineRow({ line, item, left }: BasketLineRowProps) {
  const { sku, quantity } = line;
  const name = item?.name ?? line.name;
  const short = quantity > left;
  const change = (next: number) => {
    basket.set(withQuantity(basket.get(), { sku, name }, next));
    // Its line goes, and with it the button that was pressed.
    if (next === 0) document.getElementById("basket-h")?.focus({ preventScroll: true });
  };
  return (
    <li className="line">
      <Dish photoUrl={item?.photoUrl || undefined} off={left <= 0} {...{ sku, name }} />
      <div>
        <p className="strong">{name}</p>
        {short ? (
          <p className="sm line__few strong num">
            {left <= 0 ? "Sold out" : `Only ${count(left)} left`}
          </p>
        ) : (
          <p className="sm muted num">
            {item === undefined ? "–" : money(Number(item.priceCents) * quantity)}
          </p>
        )}
      </div>
      <Stepper
        label={`${name}, quantity in the basket`}
        value={quantity}
        max={left}
        onChange={change}
      />
    </li>
  );
}
