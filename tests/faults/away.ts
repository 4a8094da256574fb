/** SQLSTATEs of a server that ends a session or takes none. */
const ENDED = new Set(["57P01", "57P02", "57P03", "25P03", "53300"]);

const away = /connection|timeout|timed out|no responders|not connected/i;
const full = /no space left|insufficient resources|did not acknowledge/i;

/**
 * Whether an error only says that a server was away, or its disk full: another fault may have its
 * hands on it at that moment, and the fault that hears of it has simply come too late.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  if (ENDED.has(code) || /^CONNECT|^ECONN|^EPIPE|TIMEOUT/.test(code)) return true;
  return [away, full].some((told) => told.test(error.message));
}
