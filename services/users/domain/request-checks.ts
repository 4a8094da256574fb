import { Refusal } from "@app/platform/errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** How much of a caller's own key an answer repeats. */
const KEY_SHOWN_MAX = 100;

/** A refused field: `text` is the contract's, `field` names where it stands. */
export function invalid(field: string, text: string): Refusal {
  return new Refusal("invalid", "invalid_request", text, { details: { field } });
}

/** A body that was parsed, refused unless it is an object. */
export function requireObject(value: unknown): Fields {
  if (!isObject(value)) throw new Refusal("invalid", "invalid_json", "invalid json");
  return value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that must be there; null and nothing count as missing. Not trimmed. */
export function requiredText(input: Fields, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === "") throw invalid(name, `${name} is required`);
  return value;
}

/** A text that must be there and is trimmed; a blank one counts as missing. */
export function requiredTrimmed(input: Fields, name: string): string {
  const value = requiredText(input, name).trim();
  if (value === "") throw invalid(name, `${name} is required`);
  return value;
}

/** A text that may be absent; null counts as absent. */
export function optionalText(input: Fields, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw invalid(name, `${name} must be a string`);
  return value;
}

/** Counts characters as Postgres and the contracts do: Unicode code points. */
export function charactersIn(text: string): number {
  return [...text].length;
}

/** Postgres keeps no NUL, and half a surrogate pair would be stored as another character. */
export function refuseUnstorable(name: string, text: string): void {
  if (text.includes("\0")) throw invalid(name, `${name} must not contain NUL`);
  if (!text.isWellFormed()) throw invalid(name, `${name} must be valid Unicode`);
}

/** Names the first key that is not known. */
export function refuseUnknownKeys(input: Fields, known: readonly string[]): void {
  const unknown = Object.keys(input).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const shown = unknown.slice(0, KEY_SHOWN_MAX).toWellFormed();
  throw invalid(shown, `unknown field ${shown}`);
}
