/** What a ticket says of itself, to whoever can read it. */
export interface TicketClaims {
  readonly bookingId: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly seats: number;
}

/** A key with which tickets are verified: Ed25519, base64url. */
export interface TicketKey {
  readonly kid: string;
  readonly x: string;
}

/**
 * What can be said of a ticket without a network: whether we signed it. Whether it was used before
 * is not in it.
 */
export type OfflineCheck =
  | { readonly signature: "holds"; readonly claims: TicketClaims }
  | { readonly signature: "does not hold" }
  /** It names a key that is not known here: a forgery, or signed since the keys were fetched. */
  | { readonly signature: "unknown key"; readonly claims: TicketClaims }
  /** This browser cannot verify such signatures. */
  | { readonly signature: "not checkable"; readonly claims: TicketClaims };

const TICKET_MAX = 4_000;
const TYPE = "ticket+jwt";

/** Checks a ticket with the published keys. Whatever is no ticket of ours does not hold. */
export async function checkOffline(
  text: string,
  keys: readonly TicketKey[],
): Promise<OfflineCheck> {
  const [head = "", body = "", signature = "", ...more] = text.trim().split(".");
  const { alg, typ, kid } = fieldsIn(head);
  const claims = claimsIn(body);
  if (text.length > TICKET_MAX || more.length > 0 || alg !== "EdDSA" || typ !== TYPE || !claims)
    return { signature: "does not hold" };

  const key = keys.find((known) => known.kid === kid);
  if (!key) return { signature: "unknown key", claims };
  const verifying = await importKey(key);
  if (!verifying) return { signature: "not checkable", claims };
  const bytes = bytesIn(signature);
  const signed = new TextEncoder().encode(`${head}.${body}`);
  const holds =
    bytes !== undefined && (await crypto.subtle.verify("Ed25519", verifying, bytes, signed));
  return holds ? { signature: "holds", claims } : { signature: "does not hold" };
}

/** What a ticket says, whoever signed it; undefined for what is no ticket. */
export function claimsOf(text: string): TicketClaims | undefined {
  return claimsIn(text.trim().split(".")[1] ?? "");
}

function claimsIn(body: string): TicketClaims | undefined {
  const { sub, event, name, seats } = fieldsIn(body);
  if (typeof sub !== "string" || typeof event !== "string") return undefined;
  if (typeof name !== "string" || typeof seats !== "number") return undefined;
  return { bookingId: sub, eventId: event, eventName: name, seats };
}

async function importKey({ x }: TicketKey): Promise<CryptoKey | undefined> {
  // Only pages that came safely have it.
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  return subtle?.importKey("jwk", jwk, "Ed25519", false, ["verify"]).catch((error: unknown) => {
    // A browser that does not know the algorithm says so by this name.
    if (error instanceof DOMException && error.name === "NotSupportedError") return undefined;
    throw error;
  });
}

function fieldsIn(part: string): Readonly<Record<string, unknown>> {
  const bytes = bytesIn(part);
  if (!bytes) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function bytesIn(part: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1) return undefined;
  const text = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
