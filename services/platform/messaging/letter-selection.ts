import { and, eq, gte, inArray, lte, type SQL, sql } from "drizzle-orm";
import { letterClass } from "./letter-groups.ts";
import { type DeadLetterReason, deadLetters } from "./tables.ts";

/**
 * Which of a consumer's open dead letters are meant: these, a group of the list of groups, or all
 * that fit every condition given (none gives all).
 */
export type LetterSelection =
  | { readonly kind: "ids"; readonly ids: readonly number[] }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "filter"; readonly filter: LetterFilter };

export interface LetterFilter {
  readonly type?: string | undefined;
  readonly reason?: DeadLetterReason | undefined;
  readonly key?: string | undefined;
  /** Text that the error has in it, whatever its case. */
  readonly error?: string | undefined;
  /** By the time of the last failure, both inclusive. */
  readonly failedSince?: Date | undefined;
  readonly failedUntil?: Date | undefined;
}

/** The condition for a consumer's dead letters that are selected and not resolved. */
export function isSelected(consumer: string, selection: LetterSelection): SQL | undefined {
  return and(
    eq(deadLetters.consumer, consumer),
    sql`${deadLetters.state} = 'dead'`,
    selected(selection),
  );
}

function selected(selection: LetterSelection): SQL | undefined {
  switch (selection.kind) {
    case "ids":
      return inArray(deadLetters.id, [...selection.ids]);
    case "group":
      return sql`${letterClass.group} = ${selection.group}`;
    case "filter":
      return fits(selection.filter);
  }
}

function fits(filter: LetterFilter): SQL | undefined {
  const { type, reason, key, error, failedSince, failedUntil } = filter;
  return and(
    type === undefined ? undefined : sql`${letterClass.type} = ${type}`,
    reason === undefined ? undefined : eq(deadLetters.reason, reason),
    key === undefined ? undefined : eq(deadLetters.key, key),
    error === undefined
      ? undefined
      : sql`strpos(lower(${deadLetters.error}), lower(${error}::text)) > 0`,
    failedSince && gte(deadLetters.lastFailedAt, failedSince),
    failedUntil && lte(deadLetters.lastFailedAt, failedUntil),
  );
}

const ofKey = sql`over (partition by coalesce(${deadLetters.key}, ${deadLetters.id}::text))`;

/**
 * A key's place in a run: keys whose message has ended its process come last, as they may do so again,
 * the others by their oldest letter.
 */
export const placeOfKey: SQL = sql`array[
    max((${deadLetters.reason} = 'left_behind')::int::bigint) ${ofKey}, min(${deadLetters.id}) ${ofKey}]`;

/** In the order in which they may run: key by key, each key's letters by version. */
export const inRunOrder: SQL = sql`${placeOfKey}, ${deadLetters.version}, ${deadLetters.id}`;
