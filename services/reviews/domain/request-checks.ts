import { Refusal } from "@app/platform/errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** How much of a caller's own key an answer repeats. */
const KEY_SHOWN_MAX = 100;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A refused field: `text` is the contract's, `field` names where it stands. */
export function invalid(field: string, text: string): Refusal {
  return new Refusal("invalid", "invalid_request", text, { details: { field } });
}

/** A body that was parsed, refused unless it is an object. */
export function requireObject(value: unknown): Fields {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw new Refusal("invalid", "invalid_json", "invalid json");
  return value as Fields;
}

/** A text of at most so many Unicode code points, trimmed; undefined when it is missing or null. */
export function optionalText(
  fields: Fields,
  { name, max }: { readonly name: string; readonly max: number },
): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalid(name, `${name} must be a string`);
  const text = value.trim();
  const isLong = text.length > max && (text.length > 2 * max || [...text].length > max);
  if (isLong) throw invalid(name, `${name} is too long`);
  if (text.includes("\0")) throw invalid(name, `${name} must not contain NUL`);
  // Half a surrogate pair would be stored as another character.
  if (!text.isWellFormed()) throw invalid(name, `${name} must be valid Unicode`);
  return text;
}

/** The same; blank counts as missing, which is refused. */
export function requiredText(
  fields: Fields,
  limits: { readonly name: string; readonly max: number },
): string {
  const text = optionalText(fields, limits);
  if (!text) throw invalid(limits.name, `${limits.name} is required`);
  return text;
}

/** Names the first key that is not known. */
export function refuseUnknownKeys(fields: Fields, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const shown = unknown.slice(0, KEY_SHOWN_MAX).toWellFormed();
  throw invalid(shown, `unknown field ${shown}`);
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Reads an id as a path has it: a UUID in lower case, else `invalid id`. */
export function readId(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw new Refusal("invalid", "invalid_id", "invalid id");
}
