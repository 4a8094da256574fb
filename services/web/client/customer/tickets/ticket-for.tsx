import { useLocation } from "@tanstack/react-router";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";
import { PathLink } from "../path-link.tsx";

/** For whom the seats are, and what that means for a guest. */
export function TicketFor() {
  const { user } = useSession();
  const { href } = useLocation();
  if (user === undefined)
    return (
      <p className="sm muted">
        You book as a guest: this browser alone will know your tickets.{" "}
        <PathLink path={signInFrom("/sign-in", href)}>Sign in</PathLink> to have them everywhere.
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
