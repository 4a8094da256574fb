import { mintToken } from "@app/platform/access-token.ts";
import { crashPoint } from "@app/platform/crash-point.ts";
import { Refusal } from "@app/platform/errors.ts";
import { ACCESS_TOKEN_SECONDS } from "@app/platform/token-claims.ts";
import type { Credentials } from "../domain/sign-in-requests.ts";
import type { User } from "../domain/user.ts";
import { takeSignInAttempt } from "./attempts.ts";
import type { RefreshOutcome, SignInOutcome } from "./meters.ts";
import { type OpenSession, openSession, refreshSession } from "./sessions.ts";
import { findProof } from "./users.ts";
import type { CallContext, UsersApi } from "./users-api.ts";

/** What somebody who is signed in holds. */
export interface Tokens {
  readonly token: string;
  /** For how many seconds the token is good. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  /** For how many seconds the session can be refreshed. */
  readonly sessionSeconds: number;
}

/**
 * Signs in. Whether an address has an account shows in nothing: the same attempt is counted, the
 * same statement is sent, one hash is verified, and the refusal has the same words.
 */
export async function signIn(
  api: UsersApi,
  credentials: Credentials,
  call: CallContext,
): Promise<Tokens> {
  const count = (outcome: SignInOutcome) => api.meters.signIns.add(1, { outcome });
  const who = { emailKey: credentials.emailKey, address: call.address };
  const attempt = await takeSignInAttempt(api.db, who, api.limits).catch((error) => {
    if (error instanceof Refusal) count("limited");
    throw error;
  });
  const begun = await begin(api, credentials, call).catch(async (error) => {
    count("not judged");
    await attempt.takeBack();
    throw error;
  });
  count(begun ? "signed in" : "refused");
  if (!begun) throw new Refusal("unauthenticated", "wrong_credentials", "wrong email or password");
  await attempt.forgive();
  return tokensFor(api, begun);
}

/** Begins a session for whoever proves an account; else there is none. */
async function begin(
  { db, passwords, sessionLifetimeMs }: UsersApi,
  { emailKey, password }: Credentials,
  { signal }: CallContext,
) {
  const proof = await findProof(db, emailKey);
  const isProved = proof
    ? await passwords.verify(password, proof.passwordHash, signal)
    : await passwords.verifyNobody(password, signal);
  if (!proof || !isProved) return undefined;
  const { user, passwordHash } = proof;
  return openSession(db, { userId: user.id, passwordHash }, sessionLifetimeMs);
}

/** Goes on with a session. Who shows a token that was used before ends it for everybody. */
export async function refresh(api: UsersApi, refreshToken: string): Promise<Tokens> {
  const refreshed = await refreshSession(api.db, refreshToken);
  const { outcome } = refreshed;
  api.meters.refreshes.add(1, { outcome } satisfies { readonly outcome: RefreshOutcome });
  if (outcome === "refreshed") return tokensFor(api, refreshed);
  if (outcome === "reused") {
    const { userId, sessionId } = refreshed;
    api.log.warn("an old refresh token was shown, its session has ended", { userId, sessionId });
  }
  throw invalidRefreshToken();
}

async function tokensFor(
  { keys, clock }: UsersApi,
  { user, session }: { readonly user: User; readonly session: OpenSession },
): Promise<Tokens> {
  crashPoint("request.after-commit-before-reply");
  const { id: subject, roles } = user;
  const token = await mintToken(await keys.signer(), { subject, roles }, { now: clock.now() });
  const { refreshToken, seconds: sessionSeconds } = session;
  return { token, expiresIn: ACCESS_TOKEN_SECONDS, refreshToken, sessionSeconds };
}

/** What is wrong with it is nobody's to know: unknown, over, ended and stolen are one. */
export function invalidRefreshToken(): Refusal {
  return new Refusal("unauthenticated", "refresh_token_invalid", "invalid refresh token");
}
