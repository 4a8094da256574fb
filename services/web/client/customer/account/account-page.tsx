import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import type { SessionUser } from "../../lib/session-record.ts";
import { PathLink } from "../path-link.tsx";
import { NameForm, PasswordForm } from "./account-forms.tsx";
import { DeleteForm } from "./delete-form.tsx";
import { signInFrom } from "./way-back.ts";
import "./account.css";

/** Who one is here, and how to change that. */
export function AccountPage() {
  const { user } = useSession();
  return (
    <Page title="Account">
      <div className="wrap accountpage">
        {user === undefined ? <Guest /> : <Profile key={user.id} user={user} />}
      </div>
    </Page>
  );
}

function Guest() {
  return (
    <>
      <header className="stack">
        <h1 className="display h1">You are a guest.</h1>
        <p className="lead">
          You can look at everything. What you order and book as a guest is known to this browser
          alone, also when you sign in later.
        </p>
      </header>
      <p className="row">
        <PathLink
          className={buttonClass({ kind: "primary", size: "lg" })}
          path={signInFrom("/sign-in", "/account")}
        >
          Sign in
        </PathLink>
        <PathLink className={buttonClass({ size: "lg" })} path={signInFrom("/sign-up", "/account")}>
          Create account
        </PathLink>
      </p>
    </>
  );
}

const roleWords: Readonly<Record<string, string>> = {
  customer: "orders and books",
  organiser: "publishes events",
  operator: "runs the place",
  viewer: "watches it",
};

function Profile({ user }: { readonly user: SessionUser }) {
  const { name, email, roles } = user;
  return (
    <>
      <header className="stack">
        <h1 className="display h1">{name}</h1>
        <p className="muted">
          {email} · {roles.map((role) => roleWords[role] ?? role).join(", ")}
        </p>
      </header>
      {(roles.includes("operator") || roles.includes("viewer")) && (
        <section className="card pad row" aria-labelledby="staff-h">
          <h2 className="strong" id="staff-h">
            For staff
          </h2>
          <span className="row push">
            {roles.includes("operator") && (
              <Link className={buttonClass({})} to="/check-in">
                Check tickets
              </Link>
            )}
            <a className={buttonClass({})} href="/console">
              Open the console
            </a>
          </span>
        </section>
      )}
      <section className="card pad stack" aria-labelledby="name-h">
        <h2 className="display h3" id="name-h">
          Your name
        </h2>
        <NameForm user={user} />
      </section>
      <section className="card pad stack" aria-labelledby="password-h">
        <h2 className="display h3" id="password-h">
          Your password
        </h2>
        <PasswordForm email={email} />
      </section>
      <SignOut />
      <section className="card pad stack" aria-labelledby="delete-h">
        <h2 className="display h3" id="delete-h">
          Delete this account
        </h2>
        <DeleteForm email={email} />
      </section>
    </>
  );
}

function SignOut() {
  const { signOut } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const leave = () => {
    setBusy(true);
    setProblem(undefined);
    signOut()
      .catch((error: unknown) => setProblem(problemOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <div className="stack">
      {problem !== undefined && (
        <ProblemNotice problem={problem} title="You are still signed in" retry={leave} />
      )}
      <p>
        <Button onClick={leave} busy={busy}>
          {busy ? "Signing out" : "Sign out"}
        </Button>
      </p>
    </div>
  );
}
