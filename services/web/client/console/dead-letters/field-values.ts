import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { readWire, type WireField } from "./wire.ts";

/** What a field's type is called: `int32`, `OrderedItem`, `repeated string`. */
export function typeOf(field: DescField): string {
  const one = field.message?.name ?? field.enum?.name ?? scalarName(field.scalar);
  return field.fieldKind === "list" ? `repeated ${one}` : one;
}

function scalarName(scalar: ScalarType | undefined): string {
  return scalar === undefined ? "map" : (ScalarType[scalar] ?? "").toLowerCase();
}

export const wireNames: Readonly<Record<number, string>> = {
  0: "number (wire type 0)",
  1: "eight bytes (wire type 1)",
  2: "text or bytes (wire type 2)",
  5: "four bytes (wire type 5)",
};

/** What the wire says other than the contract does; undefined when they agree. */
export function wireFlaw(field: DescField, { wireType }: WireField): string | undefined {
  const wanted = wireTypeOf(field);
  // Numbers of a list may come one by one or packed together.
  if (wireType === wanted || (field.fieldKind === "list" && wireType === 2)) return undefined;
  return `Arrived as ${wireNames[wireType]}. The contract says ${typeOf(field)} (wire type ${wanted}).`;
}

export function cutFlaw({ cutShort }: WireField): string | undefined {
  if (!cutShort) return undefined;
  const lacking = cutShort.expected - cutShort.there;
  return `The message ends here: ${lacking === 1 ? "1 byte is" : `${lacking} bytes are`} missing.`;
}

function wireTypeOf({ message, scalar }: DescField): number {
  if (message) return 2;
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 2;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 5;
    default:
      return 0;
  }
}

/** As JSON writes it: large whole numbers are text. */
export function jsonValueOf(field: DescField, { value }: WireField): unknown {
  if (isTimestamp(field) && value instanceof Uint8Array) return timestampText(value);
  if (value instanceof Uint8Array) {
    return field.scalar === ScalarType.STRING ? textOf(value) : hex(value);
  }
  switch (field.scalar) {
    case ScalarType.BOOL:
      return value !== 0n;
    case ScalarType.INT64:
      return String(BigInt.asIntN(64, value));
    case ScalarType.UINT64:
      return String(value);
    case ScalarType.UINT32:
      return Number(value);
    case ScalarType.INT32:
      return Number(BigInt.asIntN(32, value));
    default:
      return field.enum ? (field.enum.value[Number(value)]?.name ?? Number(value)) : String(value);
  }
}

export const rawValue = ({ value, cutShort }: WireField): unknown =>
  cutShort?.there === 0
    ? undefined
    : value instanceof Uint8Array
      ? (textOf(value) ?? hex(value))
      : String(value);

export const isTimestamp = (field: DescField) =>
  field.message?.typeName === "google.protobuf.Timestamp";

function timestampText(bytes: Uint8Array): string | undefined {
  const part = (number: number) => {
    const value = readWire(bytes).fields.find((field) => field.number === number)?.value;
    return typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : 0;
  };
  const at = new Date(part(1) * 1_000 + Math.floor(part(2) / 1_000_000));
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Undefined when the bytes are no text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // It is shown as bytes then.
  }
}

const hex = (bytes: Uint8Array) =>
  Array.from(bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
