import type { Clock } from "@app/platform/clock.ts";
import type { Log } from "@app/platform/log.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Seal } from "@app/platform/sealed.ts";
import type { AttemptLimits } from "./attempts.ts";
import type { KeyRing } from "./key-ring.ts";
import type { UserMeters } from "./meters.ts";
import type { Passwords } from "./passwords.ts";

/** What a call brings beside its request. */
export interface CallContext {
  /** The network address that it comes from. */
  readonly address: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What the calls of users work with. */
export interface UsersApi {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly keys: KeyRing;
  readonly seal: Seal;
  readonly limits: AttemptLimits;
  readonly meters: UserMeters;
  /** From sign-in to the end of a session, however often it is refreshed. */
  readonly sessionLifetimeMs: number;
  readonly clock: Clock;
  readonly log: Log;
}
