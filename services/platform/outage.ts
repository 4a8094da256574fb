const LOCK_NOT_AVAILABLE = "55P03";

/** SQLSTATEs by which Postgres says that it cannot serve now, not that the statement is wrong. */
const OUTAGE_STATES: ReadonlySet<string> = new Set([
  "53300", // too many connections
  "53400", // configuration limit exceeded
  LOCK_NOT_AVAILABLE, // in time
  "57014", // statement cancelled by its timeout
  "57P01", // the server shuts down
  "57P02", // the server crashed
  "57P03", // the server starts up
  "25P03", // the session idled in a transaction for too long
  "53100", // disk full
  "25006", // a standby, read only, after a failover
]);

const NETWORK_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
]);

/** Causes nest: Drizzle's error, then the driver's, then the system's. */
const CAUSES_MAX = 5;

/**
 * Whether an error means that the database is away for the moment, so that the
 * same call may succeed later unchanged.
 */
export function isDatabaseOutage(error: unknown): boolean {
  // 08xxx is the class of connection exceptions; CONNECTION_* are the driver's own.
  return codesOf(error).some(
    (code) =>
      OUTAGE_STATES.has(code) ||
      NETWORK_CODES.has(code) ||
      code.startsWith("CONNECTION_") ||
      /^08\w{3}$/.test(code),
  );
}

/** Whether a statement was undone because somebody else held a row for too long. */
export function isLockTimeout(error: unknown): boolean {
  return codesOf(error).includes(LOCK_NOT_AVAILABLE);
}

function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth++) {
    if ("code" in current) codes.push(String(current.code));
    current = current.cause;
  }
  return codes;
}
