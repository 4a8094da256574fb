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
  const change = (next: number) => basket.set(withQuantity(basket.get(), { sku, name }, next));

  if (quantity > 0)
    return (
      <Stepper
        label={`${name}, quantity`}
        value={quantity}
        max={Math.max(left, 0)}
        onChange={change}
      />
    );
  if (left <= 0) return <span className="sm faint strong">Sold out</span>;
  const isFull = content.lines.length >= linesMax;
  return (
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
  );
}
