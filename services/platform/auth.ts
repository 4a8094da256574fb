import { Refusal } from "./errors.ts";

export type AuthMode = "required" | "optional";

export type Role = "customer" | "operator" | "organiser" | "service";

/** Who calls, as a verified token says it. */
export interface Caller {
  readonly subject: string;
  readonly roles: readonly Role[];
}

/** Proves a token. Throws a `Refusal` of kind `unauthenticated` for one that does not hold. */
export type VerifyToken = (token: string) => Promise<Caller>;

/**
 * Finds out who calls, from the headers of an HTTP request or an RPC alike.
 * `undefined` is a guest, which only `optional` lets in.
 */
export type Authenticate = (headers: Headers) => Promise<Caller | undefined>;

/** A token that is sent is verified in either mode, and wins over anything the body says. */
export function authenticator(mode: AuthMode, verify: VerifyToken = refuseToken): Authenticate {
  return async (headers) => {
    const token = bearerToken(headers);
    if (mode === "optional" && (token === undefined || verify === refuseToken)) return undefined;
    if (token === undefined) throw signInFirst();
    return verify(token);
  };
}

/** The caller, when it is signed in and has one of the roles. */
export function requireRole(caller: Caller | undefined, ...roles: readonly Role[]): Caller {
  if (caller === undefined) throw signInFirst();
  if (caller.roles.some((role) => roles.includes(role))) return caller;
  throw new Refusal("forbidden", "role_missing", `needs the role ${roles.join(" or ")}`);
}

/** Stands in while nobody issues tokens: then none can hold. */
const refuseToken: VerifyToken = async () => {
  throw signInFirst();
};

function bearerToken(headers: Headers): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.get("authorization")?.trim() ?? "")?.[1];
}

function signInFirst(): Refusal {
  return new Refusal("unauthenticated", "sign_in_required", "authentication required");
}
