import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

/** Those of 64 bits are texts by protobuf's own mapping: JavaScript cannot hold them. */
const wholeNumbers: ReadonlySet<ScalarType> = new Set([
  ScalarType.INT32,
  ScalarType.SINT32,
  ScalarType.UINT32,
  ScalarType.FIXED32,
  ScalarType.SFIXED32,
]);

/**
 * The JSON name of a number that was sent as a text, or undefined when there is none. Protobuf's
 * JSON mapping reads `"1"` as 1; behind our other door it is refused, because whoever sends it has
 * mixed something up.
 */
export function numberSentAsText(message: DescMessage, json: unknown): string | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  for (const field of message.fields) {
    for (const [name, value] of Object.entries(json)) {
      if (name !== field.jsonName && name !== field.name) continue;
      const found = textIn(field, value);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function textIn(field: DescField, value: unknown): string | undefined {
  if (field.scalar !== undefined && wholeNumbers.has(field.scalar)) {
    const values = Array.isArray(value) ? value : [value];
    return values.some((each) => typeof each === "string") ? field.jsonName : undefined;
  }
  if (field.message === undefined) return undefined;
  for (const each of Array.isArray(value) ? value : [value]) {
    const found = numberSentAsText(field.message, each);
    if (found !== undefined) return found;
  }
  return undefined;
}
