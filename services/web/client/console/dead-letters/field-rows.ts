import type { DescField, DescMessage } from "@bufbuild/protobuf";
import {
  cutFlaw,
  isTimestamp,
  jsonValueOf,
  rawValue,
  typeOf,
  wireFlaw,
  wireNames,
} from "./field-values.ts";
import { readWire, type WireField } from "./wire.ts";

/** One line of a payload's table. */
export interface FieldRow {
  /** Stays the same, such as `items[0].sku`. */
  readonly path: string;
  readonly number: number | null;
  readonly name: string;
  readonly type: string;
  /** Undefined for a field that is not there. */
  readonly value: unknown;
  /** How deep it stands in other fields. */
  readonly depth: number;
  /** What is wrong with it. */
  readonly flaw?: string;
}

/** A payload of which nothing more is known than that it is an object. */
type Json = Readonly<Record<string, unknown>>;

const depthMax = 4;

/** Every field of a payload that its contract could read; the error names the one that breaks a rule. */
export function rowsOfJson(schema: DescMessage, json: unknown, error = ""): readonly FieldRow[] {
  const flaw = flawIn(error);
  const rows = jsonRows(schema, isJson(json) ? json : {}, { prefix: "", depth: 0 });
  return rows.map((row) => (flaw && flaw.path === row.path ? { ...row, flaw: flaw.text } : row));
}

/** Every field of a payload that its contract cannot read, as far as its bytes tell. */
export function rowsOfBytes(
  schema: DescMessage | undefined,
  bytes: Uint8Array,
  at: Place = { prefix: "", depth: 0 },
): readonly FieldRow[] {
  const { fields, problem } = readWire(bytes);
  const described = schema?.fields ?? [];
  const known = described.flatMap((field): readonly FieldRow[] => {
    const there = fields.filter(({ number }) => number === field.number);
    if (there.length === 0) return [absentRow(field, at)];
    return there.flatMap((wire, index) => knownRows(field, wire, { ...at, index }));
  });
  const unknown = fields
    .filter(({ number }) => !described.some((field) => field.number === number))
    .map((field) => unknownRow(field, at));
  const isTold = fields.at(-1)?.cutShort !== undefined;
  const rest = problem === undefined || isTold ? [] : [restRow(problem, at)];
  return [...known, ...unknown, ...rest];
}

/** The JSON that the readable part of a payload is: what an edit begins with. */
export function jsonOfBytes(schema: DescMessage, bytes: Uint8Array, depth = 0): Json {
  const json: Record<string, unknown> = {};
  for (const field of readWire(bytes).fields) {
    const known = schema.fields.find(({ number }) => number === field.number);
    if (!known || wireFlaw(known, field) !== undefined) continue;
    const value =
      known.message && field.value instanceof Uint8Array && !isTimestamp(known)
        ? depth < depthMax
          ? jsonOfBytes(known.message, field.value, depth + 1)
          : undefined
        : field.cutShort
          ? undefined
          : jsonValueOf(known, field);
    if (value === undefined) continue;
    const before = json[known.jsonName];
    json[known.jsonName] =
      known.fieldKind === "list" ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return json;
}

interface Place {
  readonly prefix: string;
  readonly depth: number;
}

function jsonRows(schema: DescMessage, json: Json, at: Place): readonly FieldRow[] {
  return schema.fields.flatMap((field): readonly FieldRow[] => {
    const value = json[field.jsonName];
    const path = `${at.prefix}${field.name}`;
    const row = {
      path,
      number: field.number,
      name: field.name,
      type: typeOf(field),
      depth: at.depth,
    };
    const { message } = field;
    if (!message || isTimestamp(field) || at.depth >= depthMax) return [{ ...row, value }];
    const parts = field.fieldKind === "list" ? (Array.isArray(value) ? value : []) : [value];
    return [
      {
        ...row,
        value:
          field.fieldKind === "list"
            ? countText(parts.length)
            : value === undefined
              ? undefined
              : "",
      },
      ...parts.flatMap((part, index) => {
        const inside = field.fieldKind === "list" ? `${path}[${index}].` : `${path}.`;
        return isJson(part) ? jsonRows(message, part, { prefix: inside, depth: at.depth + 1 }) : [];
      }),
    ];
  });
}

function knownRows(
  field: DescField,
  wire: WireField,
  { prefix, depth, index }: Place & { readonly index: number },
): readonly FieldRow[] {
  const isList = field.fieldKind === "list";
  const path = `${prefix}${field.name}${isList ? `[${index}]` : ""}`;
  const name = isList ? `${field.name}[${index}]` : field.name;
  const row = { path, number: field.number, name, type: typeOf(field), depth };
  const flaw = wireFlaw(field, wire) ?? cutFlaw(wire);
  const flawed = flaw === undefined ? {} : { flaw };
  if (
    field.message &&
    wire.value instanceof Uint8Array &&
    !isTimestamp(field) &&
    depth < depthMax
  ) {
    const inside = rowsOfBytes(field.message, wire.value, { prefix: `${path}.`, depth: depth + 1 });
    return [{ ...row, value: "", ...flawed }, ...inside];
  }
  return [
    { ...row, value: flaw === undefined ? jsonValueOf(field, wire) : rawValue(wire), ...flawed },
  ];
}

const absentRow = (field: DescField, { prefix, depth }: Place): FieldRow => ({
  path: `${prefix}${field.name}`,
  number: field.number,
  name: field.name,
  type: typeOf(field),
  value: undefined,
  depth,
});

const unknownRow = (wire: WireField, { prefix, depth }: Place): FieldRow => ({
  path: `${prefix}${wire.number}`,
  number: wire.number,
  name: "not in the contract",
  type: wireNames[wire.wireType] ?? "",
  value: rawValue(wire),
  depth,
  flaw: cutFlaw(wire) ?? "The contract has no field of this number.",
});

const restRow = (problem: string, { prefix, depth }: Place): FieldRow => ({
  path: `${prefix}rest`,
  number: null,
  name: "the rest",
  type: "bytes",
  value: undefined,
  depth,
  flaw: `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`,
});

/** The validator says `field.path: what is wrong [rule.id]`. */
export function flawIn(
  error: string,
): { readonly path: string; readonly text: string } | undefined {
  const [, path, text] =
    /(?:^|\s)([a-z_][\w.[\]]*): (.+?)(?: \[[\w.]+\])?$/m.exec(
      error.replace(/^invalid payload: /i, ""),
    ) ?? [];
  if (path === undefined || text === undefined) return undefined;
  return { path, text: `${text.charAt(0).toUpperCase()}${text.slice(1)}.` };
}

const countText = (count: number) => (count === 0 ? undefined : `${count}`);

const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
