/** Where somebody goes after signing in: a path of this site, whatever an address claims. */
export function wayBack(query: Readonly<Record<string, unknown>>, otherwise: string): string {
  const { back } = query;
  if (typeof back !== "string" || !isOwnPath(back)) return otherwise;
  return isSignIn(back) ? otherwise : back;
}

/** The address of a page for signing in that leads back to where somebody is. */
export function signInFrom(page: "/sign-in" | "/sign-up", back: string): string {
  if (!isOwnPath(back) || isSignIn(back) || back === "/") return page;
  return `${page}?back=${encodeURIComponent(back)}`;
}

/** `//host` and `/\host` are other sites to a browser, and it drops what is no character. */
function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(path);
}

const isSignIn = (path: string) => /^\/sign-(?:in|up)(?:[/?#]|$)/.test(path);
