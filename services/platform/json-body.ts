import { Refusal } from "./errors.ts";
import { contextOf } from "./request-context.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any body of ours, shallower than what hurts those who walk it. */
const DEPTH_MAX = 16;

/**
 * The request's body as a JSON object, whatever content type it claims: a plain
 * `curl -d` claims a form, and its sender still deserves the answer to its JSON.
 * Requests forged by a page are refused by proof of origin, not by content type.
 *
 * An absent body gives `undefined`. Bytes that are not UTF-8, anything but an
 * object, more than 16 levels and half surrogates are `invalid json`. Of a name that
 * stands twice the last value counts. `__proto__` is an ordinary own member.
 */
export async function readJsonBody(request: Request): Promise<JsonObject | undefined> {
  const bytes = await readBytes(request);
  return bytes.byteLength === 0 ? undefined : parseJsonObject(bytes);
}

/** The whole body. Refuses one that ended early. */
export function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  return contextOf(request).receiving(request.bytes()).catch(incomplete);
}

/** A body that was read already, refused unless it is an object. */
export function requireJsonObject(body: unknown): JsonObject {
  if (!isObject(body)) throw invalidJson();
  return body;
}

export function parseJsonObject(bytes: Uint8Array): JsonObject {
  const body = requireJsonObject(parse(bytes));
  if (!isSound(body, 1)) throw invalidJson();
  return body;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw invalidJson(error);
  }
}

/** Half a surrogate pair cannot be stored as UTF-8: Postgres would keep another text than was sent. */
function isSound(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  if (depth > DEPTH_MAX) return false;
  if (Array.isArray(value)) return value.every((entry) => isSound(entry, depth + 1));
  return Object.entries(value).every(
    ([name, member]) => name.isWellFormed() && isSound(member, depth + 1),
  );
}

/** The caller hung up, so nobody will read this; it only keeps the log free of false faults. */
function incomplete(cause: unknown): never {
  throw new Refusal("invalid", "body_incomplete", "the body ended early", { cause });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function invalidJson(cause?: unknown): Refusal {
  return new Refusal("invalid", "invalid_json", "invalid json", { cause });
}
