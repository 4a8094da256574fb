import { createContext, type ReactNode, use, useEffect, useMemo } from "react";
import { newId } from "./new-id.ts";
import { problemOf } from "./problem.ts";
import { type SessionUser, sessionRecord } from "./session-record.ts";
import { refreshSession } from "./session-refresh.ts";
import { forgetOwned, stored } from "./storage.ts";
import { callJson } from "./transport.ts";
import { useStored } from "./use-stored.ts";

export interface Session {
  /**
   * Known at once, from what the browser keeps; a session that is over turns into `guest` a moment
   * later. `former-guest` is the guest of before, beside whoever is signed in now.
   */
  readonly state: "guest" | "signed-in" | "former-guest";
  readonly user: SessionUser | undefined;
  /** The guest that this browser was before somebody signed in, where that guest made something. */
  readonly formerGuest: string | undefined;
  /** Whose things are made and shown: the account's id, or the one this browser keeps as a guest. */
  readonly userId: () => string;
  /** Says that something is being made that a guest wants to find again after signing in. */
  readonly makes: () => void;
  /** Says that the tokens are there, as signing in and registering do. */
  readonly signedIn: (user: SessionUser, options?: { readonly expiresInSeconds?: number }) => void;
  /** Says what the account is called now. */
  readonly renamed: (user: SessionUser) => void;
  /** Takes new tokens and reads the account, whose roles may be others now. */
  readonly readAgain: () => void;
  /** Ends the session here and at the service, and takes what was kept for its account with it. */
  readonly signOut: () => Promise<void>;
  /** Says that the account is gone: what was kept for it goes, too. */
  readonly left: () => void;
}

/** How long tokens are good where the answer does not say. */
const expiresInDefault = 600;

const guestId = stored<string>("guest", {
  parse: (value) => (typeof value === "string" && value.startsWith("guest-") ? value : undefined),
  initial: "",
});

const guestMade = stored<boolean>("guest-made", {
  parse: (value) => value === true,
  initial: false,
});

export const SessionContext = createContext<Session | undefined>(undefined);

/** Knows who reads the page, in this tab and every other. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const record = useStored(sessionRecord);
  const user = record?.user;
  const known = user !== undefined;
  const hasMade = useStored(guestMade);

  // The account may have changed since, or the session may have been ended elsewhere.
  useEffect(() => {
    if (!known) return;
    void readAccount();
  }, [known]);

  const session = useMemo<Session>(
    () => ({
      state: user === undefined ? "guest" : "signed-in",
      user,
      formerGuest: user !== undefined && hasMade ? ownGuestId() : undefined,
      userId: () => user?.id ?? ownGuestId(),
      makes: () => {
        if (user === undefined) guestMade.set(true);
      },
      signedIn,
      renamed: rename,
      readAgain: () => void refreshSession().then(readAccount),
      signOut,
      left,
    }),
    [user, hasMade],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error("there is no SessionProvider around this");
  return session;
}

const signedIn: Session["signedIn"] = ({ id, name, email, roles }, options = {}) => {
  const { expiresInSeconds = expiresInDefault } = options;
  const expiresAt = Date.now() + expiresInSeconds * 1_000;
  sessionRecord.set({ user: { id, name, email, roles }, expiresAt });
};

function readAccount(): Promise<void> {
  return callJson<SessionUser>("GET", "/api/me").then(rename, forgetIfOver);
}

async function signOut(): Promise<void> {
  const owner = sessionRecord.get()?.user.id;
  await callJson("POST", "/api/logout", {});
  end(owner);
}

function left(): void {
  end(sessionRecord.get()?.user.id);
}

function end(owner: string | undefined): void {
  sessionRecord.set(null);
  if (owner !== undefined) forgetOwned(owner);
}

function rename({ id, name, email, roles }: SessionUser): void {
  const record = sessionRecord.get();
  if (record === null) return;
  const user = { id, name, email, roles };
  // The same words would be a change to everybody who compares.
  if (JSON.stringify(user) !== JSON.stringify(record.user)) sessionRecord.set({ ...record, user });
}

function forgetIfOver(error: unknown): void {
  if (problemOf(error).status === 401) sessionRecord.set(null);
}

function ownGuestId(): string {
  if (guestId.get() === "") guestId.set(`guest-${newId()}`);
  return guestId.get();
}
