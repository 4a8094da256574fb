import type { FieldChange } from "./inbox.ts";

/** More than a person reads; a payload that differs in more is told as a whole. */
const changesMax = 200;

/**
 * What differs between two JSON values, field by field, in the order of their fields. A NUL, which
 * Postgres keeps in no JSON, is told by its symbol: the difference is to be read, the payload is kept.
 */
export function jsonDifference(before: unknown, after: unknown): readonly FieldChange[] {
  const changes = [...differing("", before, after)];
  const told = changes.length <= changesMax ? changes : [{ path: "", before, after }];
  return told.map(({ path, before, after }) => ({
    path: withoutNul(path),
    before: readable(before),
    after: readable(after),
  }));
}

function readable(value: unknown): unknown {
  if (typeof value === "string") return withoutNul(value);
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([name, member]) => [withoutNul(name), readable(member)]));
}

const withoutNul = (text: string) => text.replaceAll("\0", "\u2400");

function* differing(path: string, before: unknown, after: unknown): Generator<FieldChange> {
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let at = 0; at < Math.max(before.length, after.length); at += 1) {
      yield* differing(`${path}[${at}]`, before[at], after[at]);
    }
    return;
  }
  if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* differing(path === "" ? name : `${path}.${name}`, before[name], after[name]);
    }
    return;
  }
  if (before !== after) yield { path, before: before ?? null, after: after ?? null };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
