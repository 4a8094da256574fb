import { Link } from "@tanstack/react-router";
import { Icon } from "../../kit/icon.tsx";
import { plural } from "../../lib/format.ts";
import { useStored } from "../../lib/use-stored.ts";
import { basket, piecesIn } from "./basket.ts";

/** The way to the basket, with how much is in it. */
export function BasketLink() {
  const pieces = piecesIn(useStored(basket));
  const content = pieces === 0 ? "empty" : plural(pieces, { one: "dish", other: "dishes" });
  return (
    <Link className="iconbtn" to="/" hash="basket" aria-label={`Basket, ${content}`}>
      <Icon name="bag" />
      {pieces > 0 && (
        <span className="count" aria-hidden="true">
          {pieces > 99 ? "99+" : pieces}
        </span>
      )}
    </Link>
  );
}
