/** How long the answer to a refresh may be lost and asked for again. */
export const REPEAT_MS = 10_000;

/** What is known of a session when one of its refresh tokens is shown. */
export interface ShownSession {
  readonly expiresAt: Date;
  readonly revokedAt: Date | undefined;
  /** When the newest token took the place of the one before; undefined before the first refresh. */
  readonly rotatedAt: Date | undefined;
  /** Which of the session's tokens was shown; an older one can only have been kept by somebody. */
  readonly shown: "newest" | "before it" | "older";
}

/**
 * What a refresh token is good for: it is taken in turn for its successor, gives the same successor
 * once more, shows that two hold one session, or is over.
 */
export type RefreshVerdict = "rotate" | "repeat" | "reused" | "over";

/** Judges a token by the rules of RFC 9700, section 4.14.2. An old token is news only once. */
export function judgeRefresh(session: ShownSession, now: Date): RefreshVerdict {
  const { expiresAt, revokedAt, rotatedAt, shown } = session;
  if (revokedAt !== undefined || now >= expiresAt) return "over";
  if (shown === "newest") return "rotate";
  if (shown === "older" || rotatedAt === undefined) return "reused";
  return now.getTime() - rotatedAt.getTime() <= REPEAT_MS ? "repeat" : "reused";
}
