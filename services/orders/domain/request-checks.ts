import { Refusal } from "@app/platform/errors.ts";

/** How much of a caller's own key an answer repeats. */
const KEY_SHOWN_MAX = 100;

/** A refused field: `text` is the contract's, `field` names where it stands. */
export function invalid(field: string, text: string): Refusal {
  return new Refusal(
    "invalid",
    "invalid_request",
    text,
    field === "" ? {} : { details: { field } },
  );
}

/** A body that was parsed, refused unless it is an object. */
export function requireObject(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new Refusal("invalid", "invalid_json", "invalid json");
  return value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Counts characters as Postgres and the contracts do: Unicode code points. */
export function longerThan(max: number, text: string): boolean {
  if (text.length <= max) return false;
  return text.length > 2 * max || [...text].length > max;
}

/** Postgres keeps no NUL, and half a surrogate pair would be stored as another character. */
export function refuseUnstorable(name: string, text: string, field = name): void {
  if (text.includes("\0")) throw invalid(field, `${name} must not contain NUL`);
  if (!text.isWellFormed()) throw invalid(field, `${name} must be valid Unicode`);
}

/** Names the first key that is not known, with the path of the object it stands in. */
export function refuseUnknownKeys(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path = "",
): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const shown = `${path}${unknown.slice(0, KEY_SHOWN_MAX)}`.toWellFormed();
  throw invalid(shown, `unknown field ${shown}`);
}
