import { Link, useLocation } from "@tanstack/react-router";
import { useSession } from "../../lib/session.tsx";
import { signInFrom } from "../account/way-back.ts";

/** For whom the seats are, and what that means for a guest. */
export function TicketFor() {
  const { user } = useSession();
  const { href } = useLocation();
  if (user === undefined)
    return (
      <p className="sm muted">
        You book as a guest: this browser alone will know your tickets.{" "}
        <Link to={signInFrom("/sign-in", href)}>Sign in</Link> to have them everywhere.
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
