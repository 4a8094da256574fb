import { presentedToken } from "./auth-cookie.ts";
import { Refusal } from "./errors.ts";

export type AuthMode = "required" | "optional";

export const roles = ["customer", "operator", "organiser", "service", "viewer"] as const;

export type Role = (typeof roles)[number];

/** Who calls, as a verified token says it. */
export interface Caller {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** Which key signed the token; undefined where none was verified, as in tests. */
  readonly keyId?: string | undefined;
}

/**
 * Where callers without a token are let in, beside what is public: nowhere (AUTH=required), where
 * customers and services call (AUTH=optional), or everywhere (AUTH=optional while nobody issues
 * tokens, because then nobody could act where a token were asked for).
 */
export type Guests = "nowhere" | "unprivileged" | "everywhere";

/** What is known of who calls, once its credential was looked at. */
export interface Identity {
  /** Undefined for a guest. */
  readonly caller: Caller | undefined;
  /** Why the credential that was sent proves nobody: whatever is not public is refused with it. */
  readonly refusedCredential: Refusal | undefined;
  readonly guests: Guests;
}

/** Proves a token. Throws a `Refusal` for one that does not hold, or that cannot be judged now. */
export type VerifyToken = (token: string) => Promise<Caller>;

/** The part of an HTTP request or of an RPC that says who calls. */
export type Presented = Pick<Request, "method" | "headers">;

/** Finds out who calls, of an HTTP request or an RPC alike. Refuses nothing: the call's rule does. */
export type Authenticate = (request: Presented) => Promise<Identity>;

/**
 * A token that is sent is verified in either mode, and wins over anything the body says. Without
 * `verify` nobody issues tokens: then none can hold, and AUTH=optional does not look at them.
 * A cookie counts for what changes something from pages of this site and of `trustedOrigins` alone.
 */
export function authenticator(
  mode: AuthMode,
  verify?: VerifyToken,
  trustedOrigins: readonly string[] = [],
): Authenticate {
  const guests = guestsBy(mode, verify);
  const ignoresTokens = guests === "everywhere";
  return async (request) => {
    if (ignoresTokens) return { caller: undefined, refusedCredential: undefined, guests };
    try {
      const token = presentedToken(request, trustedOrigins);
      const caller = token === undefined ? undefined : await (verify ?? refuseToken)(token);
      return { caller, refusedCredential: undefined, guests };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { caller: undefined, refusedCredential: error, guests };
    }
  };
}

/** The caller, when it is signed in and has one of the roles. */
export function requireRole(caller: Caller | undefined, ...roles: readonly Role[]): Caller {
  if (caller === undefined) throw signInFirst();
  if (caller.roles.some((role) => roles.includes(role))) return caller;
  throw new Refusal("forbidden", "role_missing", `needs the role ${roles.join(" or ")}`);
}

/** What a guest is told where it is not let in. */
export function signInFirst(): Refusal {
  return new Refusal("unauthenticated", "sign_in_required", "authentication required");
}

function guestsBy(mode: AuthMode, verify: VerifyToken | undefined): Guests {
  if (mode === "required") return "nowhere";
  return verify === undefined ? "everywhere" : "unprivileged";
}

const refuseToken: VerifyToken = async () => {
  throw signInFirst();
};
