import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Tells a leaked one from any other text, for people and for secret scanners. */
const PREFIX = "qbr_";
const ID_BYTES = 16;
const VALUE_BYTES = 32;
const MARK_BYTES = 16;
const FORM = /^qbr_[\w-]{86}$/;

/**
 * A refresh token taken apart: whose session it is, its secret value, and a mark that only the
 * session's own secret can have made. The mark tells an old token of the family from a made-up one
 * without keeping every token that there was.
 */
export interface RefreshToken {
  readonly sessionId: string;
  readonly value: Uint8Array;
  readonly mark: Uint8Array;
}

/** What a session makes its tokens with; kept in its row, where it is worth nothing without a token. */
export const newSessionSecret = (): Uint8Array => randomBytes(VALUE_BYTES);

export const newTokenValue = (): Uint8Array => randomBytes(VALUE_BYTES);

/** Writes a token: a UUID's bytes, the value and its mark. */
export function writeToken(
  sessionId: string,
  { secret, value }: { readonly secret: Uint8Array; readonly value: Uint8Array },
): string {
  const id = Buffer.from(sessionId.replaceAll("-", ""), "hex");
  const bytes = Buffer.concat([id, value, markOf(secret, value)]);
  return `${PREFIX}${bytes.toString("base64url")}`;
}

/** Reads a token, or gives undefined for any other text. */
export function readToken(text: string): RefreshToken | undefined {
  if (!FORM.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(PREFIX.length), "base64url");
  const sessionId = bytes
    .toString("hex", 0, ID_BYTES)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    sessionId,
    value: bytes.subarray(ID_BYTES, ID_BYTES + VALUE_BYTES),
    mark: bytes.subarray(ID_BYTES + VALUE_BYTES),
  };
}

/** Whether this session made the token, whenever that was. */
export function isMarkedBy(secret: Uint8Array, { value, mark }: RefreshToken): boolean {
  return mark.byteLength === MARK_BYTES && timingSafeEqual(mark, markOf(secret, value));
}

/**
 * The value that follows a value. It is computed and not drawn, so that an answer that was lost can
 * be given again although only hashes are kept. It takes the value itself: from what is stored
 * nobody can compute it.
 */
export function successorOf(secret: Uint8Array, value: Uint8Array): Uint8Array {
  return createHmac("sha256", secret).update("successor").update(value).digest();
}

/** What is stored of a value, which is random enough for a plain hash. */
export function tokenHashOf(value: Uint8Array): Uint8Array {
  return createHash("sha256").update(value).digest();
}

function markOf(secret: Uint8Array, value: Uint8Array): Uint8Array {
  return createHmac("sha256", secret).update("mark").update(value).digest().subarray(0, MARK_BYTES);
}
