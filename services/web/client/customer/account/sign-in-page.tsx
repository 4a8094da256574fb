import { useState } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import type { Problem } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { PathLink } from "../path-link.tsx";
import { AccountFrame } from "./account-frame.tsx";
import { waitIn } from "./account-problem.ts";
import { PasswordField } from "./password-field.tsx";
import { logIn } from "./session-calls.ts";
import { useSubmit } from "./use-submit.ts";
import { useWayBack } from "./use-way-back.ts";

/** Signs somebody in, and leads back to where they came from. */
export function SignInPage() {
  const { signedIn } = useSession();
  const { back, leave } = useWayBack();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { onSubmit, busy, problem, errorOf } = useSubmit(async () => {
    const { user, expiresInSeconds } = await logIn({ email, password });
    signedIn(user, { expiresInSeconds });
    leave();
  });

  return (
    <AccountFrame
      title="Sign in"
      heading={
        <>
          Two doors, <br />
          one key.
        </>
      }
      current="/sign-in"
      back={back}
    >
      {problem !== undefined && <Refused problem={problem} />}
      <form className="stack" onSubmit={onSubmit} noValidate>
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          value={email}
          error={errorOf("email")}
          onChange={({ target }) => setEmail(target.value)}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          error={errorOf("password")}
          onChange={setPassword}
        />
        <Button kind="primary" size="lg" block type="submit" busy={busy}>
          {busy ? "Signing in" : "Sign in"}
        </Button>
        <PathLink className={buttonClass({ size: "lg", block: true })} path={back}>
          Look around first
        </PathLink>
      </form>
    </AccountFrame>
  );
}

function Refused({ problem }: { readonly problem: Problem }) {
  if (problem.code === "wrong_credentials")
    return (
      <Notice tone="bad" role="alert" title="That email and password don’t match">
        <p>
          Check both and try again. Nothing says which one was wrong, so that nobody can fish for
          accounts.
        </p>
      </Notice>
    );
  if (problem.status !== 429) return <ProblemNotice problem={problem} />;
  const wait = waitIn(problem);
  return (
    <ProblemNotice problem={problem} title="Too many attempts">
      <p>
        {wait === undefined ? "Wait a while" : `Wait ${wait}`}, then try again. This keeps others
        from guessing your password.
      </p>
    </ProblemNotice>
  );
}
