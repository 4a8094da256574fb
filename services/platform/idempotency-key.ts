import { Refusal } from "./errors.ts";

const BARE = /^[\x21\x23-\x7e][\x20-\x7e]{0,254}$/;
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * Reads an `Idempotency-Key` header: 1 to 255 printable ASCII characters, bare or
 * as a quoted string (RFC 8941, section 3.3.3), which is the same key. A missing
 * header gives `undefined`; anything else is refused with `invalid idempotency key`.
 */
export function idempotencyKey(header: string | null | undefined): string | undefined {
  if (header === null || header === undefined) return undefined;
  const text = header.trim();
  if (BARE.test(text)) return text;

  const key = QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, "$1");
  if (key !== undefined && KEY.test(key)) return key;
  throw new Refusal("invalid", "invalid_idempotency_key", "invalid idempotency key");
}
