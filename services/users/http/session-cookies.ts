import { SESSION_COOKIE } from "@app/platform/token-claims.ts";
import type { Tokens } from "../store/sign-in.ts";

const REFRESH_COOKIE = "quickbite_refresh";

/** The only calls that take a refresh token. */
const REFRESH_PATH = "/api";

export interface CookieSettings {
  /** Off where cookies may be sent without TLS: on an engineer's own machine. */
  readonly secure: boolean;
  /** Other origins whose pages may sign their reader in. Default: none. */
  readonly trustedOrigins?: readonly string[] | undefined;
}

/**
 * Whether a browser asks. It says so itself, and a page cannot keep it from that. Its tokens live in
 * cookies that no script can read; everybody else is given them in the answer.
 */
export function isBrowser(headers: Headers): boolean {
  return headers.has("sec-fetch-site") || headers.has("origin");
}

/** The `Set-Cookie` lines that give a browser its tokens. */
export function cookiesOf(tokens: Tokens, settings: CookieSettings): string[] {
  const { token, expiresIn, refreshToken, sessionSeconds } = tokens;
  return [
    cookie(settings, { name: SESSION_COOKIE, value: token, seconds: expiresIn, ...forAll }),
    cookie(settings, {
      name: REFRESH_COOKIE,
      value: refreshToken,
      seconds: sessionSeconds,
      ...forRefresh,
    }),
  ];
}

/** The `Set-Cookie` lines that take them away again. */
export function cookiesGone(settings: CookieSettings): string[] {
  const gone = { value: "", seconds: 0 };
  return [
    cookie(settings, { name: SESSION_COOKIE, ...gone, ...forAll }),
    cookie(settings, { name: REFRESH_COOKIE, ...gone, ...forRefresh }),
  ];
}

/** The refresh token that a browser sent. Of two of one name nobody can tell which is ours. */
export function refreshTokenIn(headers: Headers): string | undefined {
  const [found, another] = (headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${REFRESH_COOKIE}=`));
  if (found === undefined || another !== undefined) return undefined;
  return found.slice(REFRESH_COOKIE.length + 1) || undefined;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly seconds: number;
  readonly path: string;
  readonly sameSite: "Lax" | "Strict";
}

/** Lax, so that a link from elsewhere finds its reader signed in. */
const forAll = { path: "/", sameSite: "Lax" } as const;
const forRefresh = { path: REFRESH_PATH, sameSite: "Strict" } as const;

function cookie(
  { secure }: CookieSettings,
  { name, value, seconds, path, sameSite }: Cookie,
): string {
  const attributes = `Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}`;
  return `${name}=${value}; ${attributes}${secure ? "; Secure" : ""}`;
}
