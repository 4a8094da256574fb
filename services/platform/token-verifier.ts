import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import { type Caller, roles, type VerifyToken } from "./auth.ts";
import { invalidToken } from "./auth-cookie.ts";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import {
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TOKEN_LEEWAY_SECONDS,
  TOKEN_TYPE,
} from "./token-claims.ts";
import type { TokenKeys } from "./token-keys.ts";

export interface TokenVerifierSettings {
  readonly keys: Pick<TokenKeys, "find">;
  readonly clock: Clock;
}

/** Ours have some 400; nothing larger is even decoded. */
const TOKEN_CHARACTERS_MAX = 4_096;

const Claims = z.object({
  sub: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  roles: z.array(z.string()).max(16),
});

/**
 * The one verifier, behind HTTP, Connect and gRPC alike. The algorithm is the key's and never the
 * token's choice; `iss`, `aud`, `typ`, `exp` and `nbf` must hold, the times with a little leeway.
 * Roles that this stack does not know give nothing.
 */
export function tokenVerifier({ keys, clock }: TokenVerifierSettings): VerifyToken {
  const keyOf = async ({ kid }: JWTHeaderParameters): Promise<CryptoKey> => {
    const key = kid === undefined ? undefined : await keys.find(kid);
    if (key === undefined) throw invalidToken();
    return key;
  };

  return async (token) => {
    if (token.length > TOKEN_CHARACTERS_MAX) throw invalidToken();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
        algorithms: [TOKEN_ALGORITHM],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        typ: TOKEN_TYPE,
        requiredClaims: ["sub", "exp"],
        clockTolerance: TOKEN_LEEWAY_SECONDS,
        currentDate: clock.now(),
      });
      return { ...callerOf(payload), keyId: protectedHeader.kid };
    } catch (error) {
      throw refusalOf(error);
    }
  };
}

function callerOf(payload: JWTPayload): Caller {
  const claims = Claims.safeParse(payload);
  if (!claims.success) throw invalidToken();
  const given = new Set(claims.data.roles);
  return { subject: claims.data.sub, roles: roles.filter((role) => given.has(role)) };
}

/** Callers learn that a token is over, because then a new one helps; of what else is wrong they learn nothing. */
function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return new Refusal("unauthenticated", "token_expired", "the token has expired");
  }
  return error instanceof errors.JOSEError ? invalidToken() : error;
}
