import type { Presented } from "./auth.ts";
import { Refusal } from "./errors.ts";
import { SESSION_COOKIE } from "./token-claims.ts";

/** Methods by which a page of another site may ask, because they change nothing. */
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The token that a request carries: after `Bearer`, or in the session cookie of a browser. A header
 * wins over a cookie, because no browser sends it by itself. Refuses an `Authorization` of another
 * form, a cookie that is there twice, and an unsafe request by cookie without same-origin proof.
 */
export function presentedToken(
  { method, headers }: Presented,
  trustedOrigins: readonly string[] = [],
): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const [, token] = /^bearer +([^\s,]+)$/i.exec(authorization.trim()) ?? [];
    if (token === undefined) throw invalidToken();
    return token;
  }
  const token = sessionCookie(headers);
  if (token !== undefined) requireSameOrigin({ method, headers }, trustedOrigins);
  return token;
}

/** The caller's own credential as a header, for asking another service in its name. */
export function authorizationOnward({ headers }: Presented): string | null {
  const token = sessionCookie(headers);
  return headers.get("authorization") ?? (token === undefined ? null : `Bearer ${token}`);
}

/**
 * Lets a request with a cookie change something only when it comes from a page of this very site:
 * browsers send cookies along whoever wrote the page. `Sec-Fetch-Site` is the proof, and of
 * browsers that do not send it an `Origin` that names the host that was asked. Safe methods pass, and
 * so do pages of the other origins that are trusted as this site is.
 */
export function requireSameOrigin(
  { method, headers }: Presented,
  trustedOrigins: readonly string[] = [],
): void {
  if (SAFE_METHODS.has(method)) return;
  if (trustedOrigins.includes(headers.get("origin") ?? "")) return;
  const site = headers.get("sec-fetch-site");
  if (site === null ? hasOwnOrigin(headers) : site === "same-origin") return;
  throw new Refusal("forbidden", "cross_origin", "a cookie counts only for requests of this site");
}

export function invalidToken(): Refusal {
  return new Refusal("unauthenticated", "token_invalid", "invalid token");
}

function hasOwnOrigin(headers: Headers): boolean {
  const origin = headers.get("origin");
  const host = headers.get("host");
  return origin !== null && host !== null && URL.parse(origin)?.host === host;
}

function sessionCookie(headers: Headers): string | undefined {
  const [found, another] = (headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`));
  // A neighbour's site may have set the other one, and nobody can tell which.
  if (another !== undefined) throw invalidToken();
  return found?.slice(SESSION_COOKIE.length + 1) || undefined;
}
