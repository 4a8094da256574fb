/** What RFC 5321 lets a path hold, and what its part before the @ may be. */
const EMAIL_MAX = 254;
const LOCAL_MAX = 64;
const LABEL_MAX = 63;

/** Letters and digits of any script, and the marks that addresses are written with. */
const LOCAL =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;

/**
 * The one form of an address that all its spellings share, or undefined for what is no address.
 *
 * Compatible characters are one (NFKC), case does not count, and a domain is what it is looked up
 * as, so that `ADA@Bücher.example` and `ada@xn--bcher-kva.example` are one account. Dots and
 * `+tags` before the @ stay: what they mean is the receiving host's affair. A host without a dot, an
 * IP address and a quoted part are refused.
 */
export function emailKeyOf(email: string): string | undefined {
  if (email.length > 2 * EMAIL_MAX) return undefined;
  const folded = email.normalize("NFKC").toLowerCase().normalize("NFKC");
  const at = folded.lastIndexOf("@");
  const local = folded.slice(0, Math.max(at, 0));
  const host = asciiHost(folded.slice(at + 1));
  if (host === undefined || !LOCAL.test(local) || [...local].length > LOCAL_MAX) return undefined;

  const key = `${local}@${host}`;
  return [...key].length > EMAIL_MAX ? undefined : key;
}

function asciiHost(host: string): string | undefined {
  const labels = host.split(".");
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined;

  const url = `http://${host}/`;
  const ascii = URL.canParse(url) ? new URL(url).hostname : "";
  const [last = ""] = ascii.split(".").slice(-1);
  const fits = ascii.split(".").every(({ length }) => length > 0 && length <= LABEL_MAX);
  // A last label of digits makes an IP address of it.
  return fits && !/^\d+$/.test(last) ? ascii : undefined;
}
