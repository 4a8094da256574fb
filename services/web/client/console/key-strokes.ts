import type { ConsolePath } from "./go-to.tsx";

/** What a key does, as the list of keys tells it. */
export interface KeyStroke {
  /** Pressed one after another. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly action: KeyAction;
}

export type KeyAction =
  | { readonly kind: "go"; readonly to: ConsolePath }
  | { readonly kind: "move"; readonly by: 1 | -1 }
  | { readonly kind: "help" | "search" };

const go = (key: string, name: string, to: ConsolePath): KeyStroke => ({
  keys: ["g", key],
  does: `Go to ${name}`,
  action: { kind: "go", to },
});

export const keyStrokes: readonly KeyStroke[] = [
  { keys: ["/"], does: "Search", action: { kind: "search" } },
  go("o", "the overview", "/console"),
  go("d", "dead letters", "/console/dead-letters"),
  go("f", "follow", "/console/follow"),
  go("s", "streams", "/console/streams"),
  go("w", "sagas, what waits", "/console/sagas"),
  go("r", "reviews to look at", "/console/reviews"),
  go("c", "the catalog", "/console/catalog"),
  go("a", "the audit", "/console/audit"),
  { keys: ["j"], does: "Next in the list", action: { kind: "move", by: 1 } },
  { keys: ["k"], does: "Previous in the list", action: { kind: "move", by: -1 } },
  { keys: ["?"], does: "Show these keys", action: { kind: "help" } },
];

/** The second key must follow within this time. */
export const secondKeyWithinMs = 1_500;

export interface Pressed {
  readonly key: string;
  readonly atMs: number;
}

/** What a key means after the one before it: an action, the start of one, or nothing. */
export function meaningOf(
  pressed: Pressed,
  before: Pressed | undefined,
): KeyAction | "begun" | undefined {
  if (before && pressed.atMs - before.atMs <= secondKeyWithinMs) {
    const both = keyStrokes.find(
      ({ keys }) => keys.length === 2 && keys[0] === before.key && keys[1] === pressed.key,
    );
    if (both) return both.action;
  }
  const alone = keyStrokes.find(({ keys }) => keys.length === 1 && keys[0] === pressed.key);
  if (alone) return alone.action;
  return keyStrokes.some(({ keys }) => keys.length === 2 && keys[0] === pressed.key)
    ? "begun"
    : undefined;
}
