import type { ReactNode } from "react";
import cinema from "./cinema.svg";
import comedy from "./comedy.svg";
import dance from "./dance.svg";
import jazz from "./jazz.svg";
import moons from "./moons.svg";
import strings from "./strings.svg";
import theatre from "./theatre.svg";

export type SceneName = keyof typeof scenes;

const scenes = { strings, jazz, comedy, theatre, cinema, dance, moons } as const;

export interface SceneProps {
  readonly name: SceneName;
  /** Grey, because it does not take place. */
  readonly off?: boolean | undefined;
  readonly className?: string | undefined;
  readonly children?: ReactNode;
}

/** A night scene for an event, dark in both themes. Its name stands beside it. */
export function Scene({ name, off, className, children }: SceneProps) {
  const names = ["art", "art--night", off && "art--off", className];
  return (
    <div className={names.filter(Boolean).join(" ")}>
      <img src={scenes[name]} alt="" width="160" height="120" />
      {children}
    </div>
  );
}

const words: readonly (readonly [RegExp, SceneName])[] = [
  [/string|quartet|symphon|orchestra|bach|mozart|concert|choir|opera|aida/i, "strings"],
  [/jazz|piano|blues|swing|soul|band/i, "jazz"],
  [/comedy|stand-?up|laugh|improv/i, "comedy"],
  [/film|cinema|movie|open air|screen/i, "cinema"],
  [/dance|ballet|tango|salsa/i, "dance"],
  [/moon|star|planet|space|science|talk|lecture/i, "moons"],
  [/theatre|theater|play|ghost|drama|hamlet/i, "theatre"],
];

const order: readonly SceneName[] = ["theatre", "strings", "moons", "jazz", "dance", "cinema"];

/** The scene that an event's name suggests, and for all other names always the same one each. */
export function sceneOf(name: string): SceneName {
  const suggested = words.find(([word]) => word.test(name))?.[1];
  if (suggested !== undefined) return suggested;
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return order[sum % order.length] ?? "theatre";
}
