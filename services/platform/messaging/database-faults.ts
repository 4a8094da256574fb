import { isDatabaseOutage } from "../outage.ts";

/** A deadlock or a serialization failure: the whole transaction is repeated at once. */
export function isContention(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40P01" || code === "40001";
}

const repeatsMax = 5;

/** Repeats a transaction at once after a deadlock or a serialization failure: that is no attempt. */
export async function repeatedOnContention<T>(work: () => Promise<T>): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error) || repeats >= repeatsMax) throw error;
    }
  }
}

/**
 * The database is away, full, or locked by somebody who was paused: no message is to blame, so no
 * attempt is counted. A statement that ran into its own timeout is the message's doing.
 */
export function isBlameless(error: unknown): boolean {
  return isContention(error) || (isDatabaseOutage(error) && !isStatementTimeout(error));
}

/** Postgres ended the statement because it took too long. */
export const isStatementTimeout = (error: unknown): boolean => codeOf(error) === "57014";

/** The code of an error or of what caused it; drizzle wraps what the driver throws. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return "";
}
