import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../kit/button.tsx";
import { Field } from "../kit/field.tsx";
import { Page } from "../kit/page.tsx";
import { ProblemNotice } from "../kit/problem-notice.tsx";
import { ThemeSwitch } from "../kit/theme-switch.tsx";
import { type Problem, problemOf } from "../lib/problem.ts";
import { useSession } from "../lib/session.tsx";
import type { SessionUser } from "../lib/session-record.ts";
import { isThisMachine } from "../lib/this-machine.ts";
import { callJson } from "../lib/transport.ts";
import { ConsoleMark } from "./rail.tsx";

/** Stands in the place of every page until somebody is signed in who may see it; the address is kept. */
export function SignInPage() {
  const { user } = useSession();
  return (
    <Page title="Sign in" brand="console">
      <main className="gate" id="main">
        <div className="gate__card card">
          <div className="row">
            <ConsoleMark />
            <span className="strong">Console</span>
            <span className="push">
              <ThemeSwitch />
            </span>
          </div>
          {user === undefined ? <SignIn /> : <NotLetIn user={user} />}
        </div>
      </main>
    </Page>
  );
}

function SignIn() {
  const { signedIn } = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<Problem | undefined>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const { expiresIn } = await callJson<{ expiresIn: number }>("POST", "/api/login", {
        email,
        password,
      });
      const user = await callJson<SessionUser>("GET", "/api/me");
      signedIn(user, { expiresInSeconds: expiresIn });
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={submit}>
      <Heading title="Sign in to the console">
        It is for people whose account has the role <b>operator</b>, or <b>viewer</b> to look only.
      </Heading>
      <Field
        label="Email"
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={({ target }) => setEmail(target.value)}
      />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={({ target }) => setPassword(target.value)}
      />
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <Button kind="primary" type="submit" busy={busy}>
        {busy ? "Signing in" : "Sign in"}
      </Button>
      {isThisMachine() && (
        <p className="muted">
          With the demo data of <code>bun run dev</code>: <code>operator@demo.test</code>, or{" "}
          <code>viewer@demo.test</code> to look only, and <code>demo1234</code>.
        </p>
      )}
      <p>
        <a href="/">Go to the customer pages</a>
      </p>
    </form>
  );
}

function NotLetIn({ user }: { readonly user: SessionUser }) {
  const { signOut } = useSession();
  const [problem, setProblem] = useState<Problem | undefined>();
  const leave = () => signOut().catch((error: unknown) => setProblem(problemOf(error)));
  return (
    <div className="stack">
      <Heading title="This account may not see the console">
        You are signed in as <b>{user.email}</b>, which has not, or no longer, the role operator or
        viewer. An operator can give one to you with <code>qb user role</code>; sign in again then.
      </Heading>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <Button kind="primary" onClick={leave}>
        Sign in as somebody else
      </Button>
      <p>
        <a href="/">Go to the customer pages</a>
      </p>
    </div>
  );
}

function Heading({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="stack">
      <h1 className="h3">{title}</h1>
      <p className="muted">{children}</p>
    </div>
  );
}
