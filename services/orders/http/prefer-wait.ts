import { WAIT_MAX_SECONDS } from "../store/order-changes.ts";

/** Commas inside a quoted value separate nothing. */
const PREFERENCE = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;
const WAIT = /^\s*wait\s*=\s*("?)(\d+)\1\s*(?:;.*)?$/i;

/**
 * Reads `wait` from a `Prefer` header (RFC 7240, section 4.3), in seconds. More than 30 counts as
 * 30, and whatever cannot be read counts as absent: a preference is never an error. Of a preference
 * that stands twice the first counts.
 */
export function preferredWait(header: string | null): number | undefined {
  const preferences = header?.match(PREFERENCE) ?? [];
  const first = preferences.find((preference) => /^\s*wait\s*(?:[=;]|$)/i.test(preference));
  const seconds = first && WAIT.exec(first)?.[2];
  return seconds === undefined ? undefined : Math.min(Number(seconds), WAIT_MAX_SECONDS);
}
