import { type ReactNode, useMemo } from "react";
import { type Session, SessionContext, useSession } from "./session.tsx";

/**
 * Lets its children act as the guest that this browser was before somebody signed in. Services give
 * what a guest made to nobody else, so it is read and changed as it was made: without the session.
 * Without such a guest there is nothing to show.
 */
export function AsFormerGuest({ children }: { readonly children: ReactNode }) {
  const session = useSession();
  const { formerGuest } = session;
  const guest = useMemo<Session | undefined>(
    () =>
      formerGuest === undefined
        ? undefined
        : {
            ...session,
            state: "former-guest",
            user: undefined,
            formerGuest: undefined,
            userId: () => formerGuest,
          },
    [session, formerGuest],
  );
  return guest && <SessionContext value={guest}>{children}</SessionContext>;
}
