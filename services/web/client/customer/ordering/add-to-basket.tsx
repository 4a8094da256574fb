import { useEffect, useRef } from "react";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Stepper } from "../../kit/stepper.tsx";
import { useStored } from "../../lib/use-stored.ts";
import { basket, linesMax, quantityOf, withQuantity } from "./basket.ts";
import type { Item } from "./menu.ts";

interface AddToBasketProps {
  readonly item: Pick<Item, "sku" | "name">;
  readonly left: number;
  /** Says the dish's name on the button, where it stands alone. */
  readonly prominent?: boolean;
}

/** Puts a dish into the basket, then counts it up and down, no further than what is left. */
export function AddToBasket({ item: { sku, name }, left, prominent }: AddToBasketProps) {
  const content = useStored(basket);
  const quantity = quantityOf(content, sku);
  const place = useRef<HTMLSpanElement>(null);
  const pressedHere = useRef(false);
  const change = (next: number) => {
    pressedHere.current = true;
    basket.set(withQuantity(basket.get(), { sku, name }, next));
  };

  // The button that was pressed is replaced, and whoever goes by keyboard goes on from here.
  const isIn = quantity > 0;
  useEffect(() => {
    if (!pressedHere.current) return;
    pressedHere.current = false;
    const buttons = place.current?.querySelectorAll<HTMLElement>("button:not([disabled])") ?? [];
    buttons[isIn ? buttons.length - 1 : 0]?.focus({ preventScroll: true });
  }, [isIn]);

  const isFull = content.lines.length >= linesMax;
  return (
    <span ref={place}>
      {isIn ? (
        <Stepper
          label={`${name}, quantity`}
          value={quantity}
          max={Math.max(left, 0)}
          onChange={change}
        />
      ) : left <= 0 ? (
        <span className="sm faint strong">Sold out</span>
      ) : (
        <Button
          kind={prominent ? "primary" : "soft"}
          size={prominent ? "lg" : "md"}
          aria-label={`Add ${name}`}
          disabled={isFull}
          title={isFull ? `A basket has at most ${linesMax} dishes` : undefined}
          onClick={() => change(1)}
        >
          <Icon name="plus" />
          {prominent ? `Add ${name.toLowerCase()}` : "Add"}
        </Button>
      )}
    </span>
  );
}
