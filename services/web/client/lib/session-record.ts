import { stored } from "./storage.ts";

export interface SessionUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

/**
 * What the page knows of its session. The tokens are cookies that no script can read, so it keeps
 * beside them who they are for and until when.
 */
export interface SessionRecord {
  readonly user: SessionUser;
  /** When the access token ends, in unix milliseconds of this machine's clock. */
  readonly expiresAt: number;
}

/** Shared by all tabs: signing in or out in one is heard in the others. */
export const sessionRecord = stored<SessionRecord | null>("session", {
  parse: (value) => (isSessionRecord(value) ? value : null),
  initial: null,
});

function isSessionRecord(value: unknown): value is SessionRecord {
  if (typeof value !== "object" || value === null) return false;
  const { user, expiresAt } = value as Partial<SessionRecord>;
  return (
    typeof expiresAt === "number" &&
    typeof user?.id === "string" &&
    typeof user.name === "string" &&
    typeof user.email === "string" &&
    Array.isArray(user.roles)
  );
}
