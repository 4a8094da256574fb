import { Refusal } from "@app/platform/errors.ts";

/** How much of a caller's own key an answer repeats. */
const KEY_SHOWN_MAX = 100;
/** The last second of the year 9999: later ones are written in a form that Postgres does not read. */
export const SECONDS_MAX = 253_402_300_799;

/** A refused field: `text` says what is wrong, `field` names where it stands. */
export function invalid(field: string, text: string): Refusal {
  const details = field === "" ? {} : { details: { field } };
  return new Refusal("invalid", "invalid_request", text, details);
}

/** What a body may say: the contract's name of each field, and other spellings of it. */
export type Spellings = Readonly<Record<string, readonly string[]>>;

/**
 * The fields of one object of a body by the contract's names, however they were spelt: case does not
 * matter, because clients of the first version write `startdate` and `Name`. Refused are a key that
 * no field has, and two spellings of one field that differ. `null` counts as missing.
 */
export class Fields {
  /** What stands before the names of its fields: `""` or `location.` and so on. */
  readonly path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(object: unknown, spellings: Spellings, path = "") {
    if (!isObject(object)) {
      if (path === "") throw new Refusal("invalid", "invalid_json", "invalid json");
      const name = path.slice(0, -1);
      throw invalid(name, `${name} must be an object`);
    }
    this.path = path;
    this.#values = valuesOf(object, spellings, path);
  }

  /** Whether the field was sent, be it as null. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value as it was sent; undefined when it is missing or null. */
  value(name: string): unknown {
    return this.#values.get(name) ?? undefined;
  }

  /** Trimmed; blank counts as missing. */
  text(name: string, { charactersMax }: { readonly charactersMax: number }): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw this.invalid(name, "must be a string");
    const trimmed = value.trim();
    if (longerThan(charactersMax, trimmed)) throw this.invalid(name, "is too long");
    if (trimmed.includes("\0")) throw this.invalid(name, "must not contain NUL");
    if (!trimmed.isWellFormed()) throw this.invalid(name, "must be valid Unicode");
    return trimmed === "" ? undefined : trimmed;
  }

  requiredText(name: string, limits: { readonly charactersMax: number }): string {
    return this.text(name, limits) ?? this.missing(name);
  }

  wholeNumber(
    name: string,
    { min, max }: { readonly min: number; readonly max: number },
  ): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number") throw this.invalid(name, "must be an integer");
    if (value < min) throw this.invalid(name, min === 1 ? "must be > 0" : `must be >= ${min}`);
    // JSON has no largest number: one beyond a double reads as infinite, and is a whole one.
    const whole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
    if (!whole) throw this.invalid(name, "must be an integer");
    if (value > max) throw this.invalid(name, "is too large");
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value !== undefined && typeof value !== "boolean")
      throw this.invalid(name, "must be true or false");
    return value;
  }

  /** A moment in unix seconds. Milliseconds, which are a thousand times as many, are refused. */
  moment(name: string): Date | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : momentOf(value, this.path + name);
  }

  missing(name: string): never {
    throw this.invalid(name, "is required");
  }

  invalid(name: string, what: string): Refusal {
    return invalid(this.path + name, `${this.path}${name} ${what}`);
  }
}

/** Reads unix seconds. `field` names what they are, in a refusal. */
export function momentOf(value: unknown, field: string): Date {
  const seconds = typeof value === "number" && Number.isInteger(value) ? value : -1;
  if (seconds < 0 || seconds > SECONDS_MAX) throw invalid(field, `${field} must be unix seconds`);
  return new Date(seconds * 1_000);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Counts characters as Postgres and the contracts do: Unicode code points. */
export function longerThan(max: number, text: string): boolean {
  if (text.length <= max) return false;
  return text.length > 2 * max || [...text].length > max;
}

function valuesOf(
  object: Readonly<Record<string, unknown>>,
  spellings: Spellings,
  path: string,
): ReadonlyMap<string, unknown> {
  const names = new Map(
    Object.entries(spellings).flatMap(([name, others]) =>
      [name, ...others].map((spelling) => [spelling.toLowerCase(), name] as const),
    ),
  );
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(object)) {
    const name = names.get(key.toLowerCase());
    const shown = `${path}${key.slice(0, KEY_SHOWN_MAX)}`.toWellFormed();
    if (name === undefined) throw invalid(shown, `unknown field ${shown}`);
    if (values.has(name) && !isSame(values.get(name), value))
      throw invalid(path + name, `${path}${name} is given twice`);
    values.set(name, value);
  }
  return values;
}

/** A body is small and its depth limited, so its text is compared. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
