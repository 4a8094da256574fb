import type { SessionUser } from "../../lib/session-record.ts";
import { callJson } from "../../lib/transport.ts";

export interface SignedIn {
  readonly user: SessionUser;
  readonly expiresInSeconds: number;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Begins a session; its tokens come as cookies that no script can read. */
export async function logIn(credentials: Credentials): Promise<SignedIn> {
  const { expiresIn } = await callJson<{ readonly expiresIn: number }>(
    "POST",
    "/api/login",
    credentials,
  );
  const user = await callJson<SessionUser>("GET", "/api/me");
  return { user, expiresInSeconds: expiresIn };
}

/** Makes an account, which signs nobody in. */
export function registerAccount(account: Credentials & { readonly name: string }): Promise<void> {
  return callJson("POST", "/api/register", account);
}

/** Deletes the own account for good, its sessions with it. */
export function deleteAccount(password: string): Promise<void> {
  return callJson("POST", "/api/me/delete", { password });
}

export interface AccountChange {
  readonly name?: string;
  readonly password?: string;
  readonly currentPassword?: string;
}

/** Changes the own account. A new password ends all of its sessions, this one too. */
export function changeAccount(change: AccountChange): Promise<SessionUser> {
  return callJson("PATCH", "/api/me", change);
}
