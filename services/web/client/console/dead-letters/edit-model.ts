import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { isTimestamp } from "./field-values.ts";
import type { Json } from "./payload-json.ts";

/** Where in a payload something stands: names and places in lists. */
export type Path = readonly (string | number)[];

/** A payload with one place changed; undefined takes it out. Nothing is changed in place. */
export function withAt(json: Json, [head, ...rest]: Path, value: unknown): Json {
  if (head === undefined) return json;
  const changed = (before: unknown): unknown => {
    if (rest.length === 0) return value;
    if (typeof rest[0] === "number") {
      const list = Array.isArray(before) ? before : [];
      const [at, ...inside] = rest;
      const next = inside.length === 0 ? value : withAt(asJson(list[at]), inside, value);
      return next === undefined
        ? list.filter((_, index) => index !== at)
        : list.toSpliced(at, 1, next);
    }
    return withAt(asJson(before), rest, value);
  };
  const next = changed(json[head]);
  const { [head]: _, ...others } = json;
  return next === undefined ? others : { ...json, [head]: next };
}

/** What was typed, in the types of the contract. What is no number stays text, for the service to refuse. */
export function typed(schema: DescMessage, json: Json): Json {
  const known = new Map(schema.fields.map((field) => [field.jsonName, field]));
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = known.get(name);
      if (!field) return [name, value];
      const one = (part: unknown) => typedOne(field, part);
      return [name, Array.isArray(value) ? value.map(one) : one(value)];
    }),
  );
}

/** What is wrong with what was typed, by path such as `items[0].quantity`; the service looks again. */
export function typingProblems(
  schema: DescMessage,
  json: Json,
  prefix = "",
): Readonly<Record<string, string>> {
  const entries = schema.fields.flatMap((field): readonly (readonly [string, string])[] => {
    const value = json[field.jsonName];
    const parts = field.fieldKind === "list" ? (Array.isArray(value) ? value : []) : [value];
    return parts.flatMap((part, index): readonly (readonly [string, string])[] => {
      const path = `${prefix}${field.name}${field.fieldKind === "list" ? `[${index}]` : ""}`;
      if (field.message && !isTimestamp(field)) {
        return Object.entries(typingProblems(field.message, asJson(part), `${path}.`));
      }
      const isWrong = isNumber(field) && part !== undefined && !/^-?\d+$/.test(String(part));
      return isWrong ? [[path, "Must be a whole number."] as const] : [];
    });
  });
  return Object.fromEntries(entries);
}

/** One line of two payloads side by side. */
export interface DiffLine {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Two payloads path by path, in the order in which they are written. */
export function sideBySide(before: Json, after: Json): readonly DiffLine[] {
  const [old, now] = [flat(before), flat(after)];
  const paths = [...old.keys(), ...[...now.keys()].filter((path) => !old.has(path))];
  return paths.map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

function flat(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) {
    return new Map(value === undefined ? [] : [[path, JSON.stringify(value)]]);
  }
  const parts = Array.isArray(value)
    ? value.map((part, at) => [`${path}[${at}]`, part] as const)
    : Object.entries(value).map(
        ([name, part]) => [path === "" ? name : `${path}.${name}`, part] as const,
      );
  return new Map(parts.flatMap(([at, part]) => [...flat(part, at)]));
}

function typedOne(field: DescField, value: unknown): unknown {
  if (field.message && !isTimestamp(field)) return typed(field.message, asJson(value));
  if (isSmallNumber(field) && typeof value === "string" && /^-?\d+$/.test(value))
    return Number(value);
  return value;
}

/** Those that JSON writes as numbers; larger ones are text there. */
const isSmallNumber = ({ scalar }: DescField) =>
  scalar === ScalarType.INT32 || scalar === ScalarType.UINT32 || scalar === ScalarType.SINT32;

const isNumber = (field: DescField) =>
  isSmallNumber(field) ||
  field.scalar === ScalarType.INT64 ||
  field.scalar === ScalarType.UINT64 ||
  field.scalar === ScalarType.SINT64;

const asJson = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
