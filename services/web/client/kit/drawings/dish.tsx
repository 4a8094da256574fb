import { useState } from "react";
import bowl from "./bowl.svg";
import brownie from "./brownie.svg";
import burger from "./burger.svg";
import cloche from "./cloche.svg";
import dumplings from "./dumplings.svg";
import fries from "./fries.svg";
import lemonade from "./lemonade.svg";
import pizza from "./pizza.svg";
import ramen from "./ramen.svg";
import tacos from "./tacos.svg";

/** The colours of the tablecloth behind a dish; neighbours never share one. */
export type Tile = "mustard" | "paprika" | "basil" | "beet" | "petrol";

export const tiles: readonly Tile[] = ["paprika", "petrol", "mustard", "basil", "beet"];

export interface DishProps {
  /** What is drawn: the first drawing whose name stands in it, and a covered plate for all else. */
  readonly sku: string;
  readonly name?: string | undefined;
  readonly tile?: Tile | undefined;
  /** The address of another drawing. */
  readonly drawing?: string | undefined;
  /** A photo takes the drawing's place; where it does not load the drawing comes back. */
  readonly photoUrl?: string | undefined;
  /** Grey, because it cannot be had. */
  readonly off?: boolean | undefined;
  readonly className?: string | undefined;
  /** Stands on the drawing, such as a badge. */
  readonly children?: React.ReactNode;
}

/** A dish on its tablecloth. Its name stands beside it, so the picture is silent to readers. */
export function Dish(props: DishProps) {
  const { sku, name = "", tile = tileOf(sku), drawing, photoUrl, off, className, children } = props;
  const [broken, setBroken] = useState<string>();
  const isPhoto = photoUrl !== undefined && photoUrl !== broken;
  const names = ["art", `art--${tile}`, off && "art--off", isPhoto && "art--photo", className];
  return (
    <div className={names.filter(Boolean).join(" ")}>
      {isPhoto ? (
        <img src={photoUrl} alt="" loading="lazy" onError={() => setBroken(photoUrl)} />
      ) : (
        <img src={drawing ?? drawingOf(`${sku} ${name}`)} alt="" width="160" height="120" />
      )}
      {children}
    </div>
  );
}

const drawings: readonly (readonly [RegExp, string])[] = [
  [/burger/i, burger],
  [/pizza|margherita/i, pizza],
  [/ramen|noodle|soup/i, ramen],
  [/taco/i, tacos],
  [/dumpling/i, dumplings],
  [/bowl|salad/i, bowl],
  [/fries|chips/i, fries],
  [/brownie|tiramisu|cake|dessert/i, brownie],
  [/lemonade|juice|drink|tea/i, lemonade],
];

const drawingOf = (text: string) => drawings.find(([word]) => word.test(text))?.[1] ?? cloche;

/** The same cloth for the same dish wherever it appears. */
function tileOf(sku: string): Tile {
  let sum = 0;
  for (const character of sku) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return tiles[sum % tiles.length] ?? "mustard";
}
