import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { Booking } from "../domain/booking.ts";
import { invalidTicket } from "../domain/refusals.ts";
import { type SigningKey, type TicketKeys, type TicketPublicKey, TYPE } from "./ticket-keys.ts";

/** Writes and reads tickets. */
export interface Tickets {
  /** The same text for the same booking, as long as the same key signs. */
  write(booking: Booking): Promise<string>;
  /** The id of the booking that it is for. Refuses whatever we did not sign. */
  read(ticket: string): Promise<string>;
  /** What tickets are verified with, also without us. */
  publicKeys(): Promise<readonly TicketPublicKey[]>;
}

const ALGORITHM = "EdDSA";
const SIGNATURE_BYTES = 64;
const PART = /^[A-Za-z0-9_-]+$/;

/**
 * A ticket is a JWS in its compact form (RFC 7515) with Ed25519 (RFC 8037), so that anybody who has
 * the public key can verify it without a network: it says which booking it is for, the event, and how
 * many it lets in. Nothing in it names the customer. That it is used once is decided online alone.
 */
export function ticketsWith(keys: TicketKeys): Tickets {
  return {
    publicKeys: keys.published,

    async write({ id, eventId, eventName, seats, createdAt }) {
      const key = await keys.signing();
      const iat = Math.floor(createdAt.getTime() / 1_000);
      const claims = { sub: id, event: eventId, name: eventName, seats, iat };
      const signed = `${encoded({ alg: ALGORITHM, typ: TYPE, kid: key.kid })}.${encoded(claims)}`;
      return `${signed}.${signatureOf(signed, key)}`;
    },

    async read(ticket) {
      const [head = "", claims = "", signature = "", ...more] = ticket.split(".");
      if (more.length > 0 || ![head, claims, signature].every((part) => PART.test(part)))
        throw invalidTicket();
      const { alg, typ, kid } = decoded(head);
      if (alg !== ALGORITHM || typ !== TYPE || typeof kid !== "string") throw invalidTicket();
      const key = await keys.verifying(kid);
      if (!key || !isSignedBy(key, { signed: `${head}.${claims}`, signature }))
        throw invalidTicket();
      const { sub } = decoded(claims);
      if (typeof sub !== "string") throw invalidTicket();
      return sub;
    },
  };
}

const signatureOf = (text: string, { privateKey }: SigningKey) =>
  sign(null, Buffer.from(text), privateKey).toString("base64url");

/** The algorithm is the key's, whatever a ticket says. */
function isSignedBy(
  { x }: TicketPublicKey,
  { signed, signature }: { readonly signed: string; readonly signature: string },
): boolean {
  const bytes = Buffer.from(signature, "base64url");
  // Another spelling of the same bytes would be another ticket to whoever counts texts.
  const isOneSpelling = bytes.toString("base64url") === signature;
  return (
    isOneSpelling &&
    bytes.length === SIGNATURE_BYTES &&
    verify(null, Buffer.from(signed), publicKeyOf(x), bytes)
  );
}

function publicKeyOf(x: string): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function decoded(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (cause) {
    throw invalidTicket({ cause });
  }
  throw invalidTicket();
}
