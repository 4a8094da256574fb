/** One field as it stands on the wire, whatever a contract says about it. */
export interface WireField {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
  readonly wireType: number;
  readonly value: bigint | Uint8Array;
  /** The message ended inside of it: only so many of its bytes are there. */
  readonly cutShort?: { readonly expected: number; readonly there: number };
}

export interface WireReading {
  readonly fields: readonly WireField[];
  /** Why the rest was not read; undefined when all of it was. */
  readonly problem?: string;
}

/** More fields than any message of ours has, so that garbage does not fill the page. */
const fieldsMax = 500;
const varintBytesMax = 10;

/**
 * Reads a protobuf message field by field as far as that goes. A message that its contract cannot
 * read mostly can be read up to one place, and that place is what a person wants to see.
 */
export function readWire(bytes: Uint8Array): WireReading {
  const fields: WireField[] = [];
  let at = 0;

  /** Undefined when the message ends inside of it. */
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let i = 0; i < varintBytesMax; i += 1) {
      const byte = bytes[at];
      if (byte === undefined) return undefined;
      at += 1;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return undefined;
  };

  while (at < bytes.length && fields.length < fieldsMax) {
    const begin = at;
    const tag = varint();
    const number = Number((tag ?? 0n) >> 3n);
    const wireType = Number((tag ?? 0n) & 7n);
    if (tag === undefined || number === 0 || number > 0x1fff_ffff) {
      return { fields, problem: `no field begins at byte ${begin + 1}` };
    }
    if (wireType === 0) {
      const value = varint();
      if (value === undefined) {
        fields.push({
          number,
          wireType,
          value: new Uint8Array(),
          cutShort: { expected: 1, there: 0 },
        });
        return { fields, problem: `the message ends inside field ${number}` };
      }
      fields.push({ number, wireType, value });
      continue;
    }
    const length = wireType === 2 ? varint() : { 1: 8n, 5: 4n }[wireType];
    if (length === undefined) {
      const what = wireType === 2 ? "the length of" : `the unknown wire type ${wireType} of`;
      return { fields, problem: `${what} field ${number} cannot be read` };
    }
    const value = bytes.subarray(at, at + Number(length));
    if (value.length < length) {
      const cutShort = { expected: Number(length), there: value.length };
      fields.push({ number, wireType, value, cutShort });
      return { fields, problem: `the message ends inside field ${number}` };
    }
    at += Number(length);
    fields.push({ number, wireType, value });
  }
  return fields.length < fieldsMax ? { fields } : { fields, problem: "there are more fields" };
}
