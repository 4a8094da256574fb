import { newId } from "../../lib/new-id.ts";
import { stored } from "../../lib/storage.ts";

type Keys = Readonly<Record<string, string>>;

/** Orders that were begun and never answered are forgotten after so many others. */
const keysMax = 50;

const keys = stored<Keys>("order-keys", { parse: keysIn, initial: {} });

/**
 * The idempotency key under which something named `of` is ordered. It is the same until the order
 * is accepted, whatever happens in between, so that trying again orders nothing twice.
 */
export function keptKey(of: string): string {
  const kept = keys.get();
  const known = kept[of];
  if (known !== undefined) return known;
  const key = newId();
  keys.set(Object.fromEntries([...Object.entries(kept), [of, key]].slice(-keysMax)));
  return key;
}

/** After it was accepted: ordering the same again is another order. */
export function dropKey(of: string): void {
  const { [of]: _, ...others } = keys.get();
  keys.set(others);
}

function keysIn(value: unknown): Keys | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.values(value).every((key) => typeof key === "string") ? (value as Keys) : undefined;
}
