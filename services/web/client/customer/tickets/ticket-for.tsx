import { useLocation } from "@tanstack/react-router";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";

/** For whom the seats are, and what that means for a guest: held as one, they do not move to an account. */
export function TicketFor({ held = false }: { readonly held?: boolean }) {
  const { user, state } = useSession();
  const { href } = useLocation();
  if (state === "former-guest")
    return (
      <p className="sm muted">
        You took these seats as a guest, before you signed in: the ticket will be known to this
        browser alone. To have it in your account, let them go and hold seats again.
      </p>
    );
  if (user === undefined)
    return (
      <p className="sm muted">
        You book as a guest: this browser alone will know your tickets.
        {!held && (
          <>
            {" "}
            <PathLink path={signInFrom("/sign-in", href)}>Sign in</PathLink> to have them
            everywhere.
          </>
        )}
      </p>
    );
  return (
    <dl className="bookkv sm">
      <div>
        <dt>On the ticket</dt>
        <dd>{user.name}</dd>
      </div>
      <div>
        <dt>Signed in as</dt>
        <dd>{user.email}</dd>
      </div>
    </dl>
  );
}
