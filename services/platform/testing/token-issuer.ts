import { type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { keySetOf, newSigningKey, signingKeyOf } from "../access-token.ts";
import type { Caller } from "../auth.ts";
import { JWKS_PATH, TOKEN_AUDIENCE, TOKEN_ISSUER, TOKEN_TYPE } from "../token-claims.ts";

/** Stands for the users service: keys of its own, shown over HTTP, and tokens good and bad. */
export interface TokenIssuer extends AsyncDisposable {
  /** Where its key set is. */
  readonly url: string;
  readonly keySet: ReturnType<typeof keySetOf>;
  /** Away, it answers 503 to whoever asks for its keys. */
  away: boolean;
  /** How often the key set was asked for. */
  asked(): number;
  token(caller: Caller): Promise<string>;
  /** One token of each way to be wrong, all of them in the name of the caller. */
  badTokens(caller: Caller): Promise<Readonly<Record<BadToken, string>>>;
}

export type BadToken = keyof typeof forgeries;

interface Forgery {
  readonly header: JWTHeaderParameters & { readonly alg: string };
  readonly claims: JWTPayload;
  readonly key: CryptoKey;
  readonly otherKey: CryptoKey;
  /** The public half, as somebody has it who read the key set. */
  readonly publicBytes: Uint8Array;
}

const sign = ({ header, claims, key }: Omit<Forgery, "otherKey" | "publicBytes">) =>
  new SignJWT(claims).setProtectedHeader(header).sign(key);

const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

/** Every way to be wrong that is tried on every call. */
const forgeries = {
  expired: ({ claims, ...rest }: Forgery) =>
    sign({ ...rest, claims: { ...claims, exp: secondsFromNow(-60) } }),
  "not yet good": ({ claims, ...rest }: Forgery) =>
    sign({ ...rest, claims: { ...claims, nbf: secondsFromNow(1_800) } }),
  "good for ever": ({ claims: { exp: _, ...claims }, ...rest }: Forgery) =>
    sign({ ...rest, claims }),
  "for another audience": ({ claims, ...rest }: Forgery) =>
    sign({ ...rest, claims: { ...claims, aud: "elsewhere" } }),
  "of another issuer": ({ claims, ...rest }: Forgery) =>
    sign({ ...rest, claims: { ...claims, iss: "elsewhere" } }),
  "of another type": ({ header, ...rest }: Forgery) =>
    sign({ ...rest, header: { ...header, typ: "refresh+jwt" } }),
  "of nobody": ({ claims: { sub: _, ...claims }, ...rest }: Forgery) => sign({ ...rest, claims }),
  "signed with another key": ({ otherKey: key, ...rest }: Forgery) => sign({ ...rest, key }),
  "signed with an unknown key": ({ header, otherKey: key, ...rest }: Forgery) =>
    sign({ ...rest, key, header: { ...header, kid: "unknown" } }),
  "signed with a key without id": ({ header: { kid: _, ...header }, ...rest }: Forgery) =>
    sign({ ...rest, header }),
  "with alg none": async ({ claims }: Forgery) => new UnsecuredJWT(claims).encode(),
  "with alg none and the key's id": async ({ header, claims }: Forgery) =>
    [{ ...header, alg: "none" }, claims].map(encoded).concat("").join("."),
  "with HS256 and the public key": ({ header, claims, publicBytes }: Forgery) =>
    new SignJWT(claims).setProtectedHeader({ ...header, alg: "HS256" }).sign(publicBytes),
  "changed after signing": async (forgery: Forgery) => {
    const [header, , signature] = (await sign(forgery)).split(".");
    const claims = encoded({ ...forgery.claims, sub: "somebody-else" });
    return [header, claims, signature].join(".");
  },
  "without its signature": async (forgery: Forgery) => (await sign(forgery)).replace(/[^.]+$/, ""),
  "no token at all": async () => "nonsense",
} as const;

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** Opens an issuer on a free port. */
export async function tokenIssuer(): Promise<TokenIssuer> {
  const [own, other] = await Promise.all([newSigningKey(), newSigningKey()]);
  const key = await signingKeyOf(new Uint8Array(own.privateBytes));
  const otherKey = await signingKeyOf(new Uint8Array(other.privateBytes));
  const keySet = keySetOf([own]);
  let asked = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => {
      asked += 1;
      return issuer.away ? new Response(null, { status: 503 }) : Response.json(keySet);
    },
  });
  const partsOf = ({ subject, roles }: Caller): Forgery => ({
    header: { alg: "EdDSA", typ: TOKEN_TYPE, kid: own.kid },
    claims: {
      sub: subject,
      roles: [...roles],
      iss: TOKEN_ISSUER,
      aud: TOKEN_AUDIENCE,
      iat: secondsFromNow(0),
      nbf: secondsFromNow(0),
      exp: secondsFromNow(3_600),
    },
    key,
    otherKey,
    publicBytes: Buffer.from(own.x, "base64url"),
  });

  const issuer: TokenIssuer = {
    away: false,
    url: `http://127.0.0.1:${server.port}${JWKS_PATH}`,
    keySet,
    asked: () => asked,
    token: (caller) => sign(partsOf(caller)),
    async badTokens(caller) {
      const forged = Object.entries(forgeries).map(async ([name, forge]) => [
        name,
        await forge(partsOf(caller)),
      ]);
      return Object.fromEntries(await Promise.all(forged)) as Record<BadToken, string>;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return issuer;
}
