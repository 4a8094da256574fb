import { calculateJwkThumbprint, SignJWT } from "jose";
import type { Role } from "./auth.ts";
import {
  ACCESS_TOKEN_SECONDS,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_CURVE,
  TOKEN_ISSUER,
  TOKEN_TYPE,
} from "./token-claims.ts";

/** A private key with the id under which verifiers find its public half. */
export interface TokenSigner {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The public half of a signing key, as a key set (RFC 7517) shows it. */
export interface PublicKey {
  readonly kid: string;
  /** The key's 32 bytes, base64url. */
  readonly x: string;
}

export interface NewSigningKey extends PublicKey {
  /** The private half in PKCS #8, to be sealed before it is stored. */
  readonly privateBytes: Uint8Array;
}

export interface TokenSubject {
  readonly subject: string;
  readonly roles: readonly Role[];
}

/** Signs an access token that is good from `now` on for `seconds`, by default 10 minutes. */
export function mintToken(
  { kid, privateKey }: TokenSigner,
  { subject, roles }: TokenSubject,
  { now, seconds = ACCESS_TOKEN_SECONDS }: { readonly now: Date; readonly seconds?: number },
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ roles: [...roles] })
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid })
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + seconds)
    .sign(privateKey);
}

/** Makes a key to sign with. Its id is the thumbprint of its public half (RFC 7638). */
export async function newSigningKey(): Promise<NewSigningKey> {
  const pair = await crypto.subtle.generateKey(TOKEN_CURVE, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("a signing key has two halves");
  const { x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  if (x === undefined) throw new Error("a public key of this curve has an x");
  const privateBytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { kid: await calculateJwkThumbprint(jwkOf(x)), x, privateBytes };
}

/** Takes a stored private half into use; it cannot be read out again. */
export function signingKeyOf(privateBytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", privateBytes, TOKEN_CURVE, false, ["sign"]);
}

/** The key set by which anybody verifies what these keys signed. */
export function keySetOf(keys: readonly PublicKey[]) {
  return {
    keys: keys.map(({ kid, x }) => ({ ...jwkOf(x), kid, use: "sig", alg: TOKEN_ALGORITHM })),
  };
}

const jwkOf = (x: string) => ({ kty: "OKP", crv: TOKEN_CURVE, x });
