import { useRef, useState } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { PathLink } from "../path-link.tsx";
import { AccountFrame } from "./account-frame.tsx";
import { PasswordField } from "./password-field.tsx";
import { logIn, registerAccount } from "./session-calls.ts";
import { useSubmit } from "./use-submit.ts";
import { useWayBack } from "./use-way-back.ts";

/** Makes an account and signs in with it. */
export function SignUpPage() {
  const { signedIn } = useSession();
  const { back, leave } = useWayBack();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const register = useRegistering();
  const { onSubmit, busy, problem, errorOf } = useSubmit(async () => {
    await register({ name, email, password });
    const { user, expiresInSeconds } = await logIn({ email, password });
    signedIn(user, { expiresInSeconds });
    leave();
  });

  return (
    <AccountFrame
      title="Create account"
      heading={
        <>
          Cut your <br />
          own key.
        </>
      }
      current="/sign-up"
      back={back}
    >
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <form className="stack" onSubmit={onSubmit} noValidate>
        <Field
          label="Your name"
          name="name"
          autoComplete="name"
          value={name}
          error={errorOf("name")}
          hint="It stands on your tickets."
          onChange={({ target }) => setName(target.value)}
        />
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
          autoComplete="new-password"
          value={password}
          error={errorOf("password")}
          hint="At least 8 characters. A short sentence is easy to remember."
          onChange={setPassword}
        />
        <Button kind="primary" size="lg" block type="submit" busy={busy}>
          {busy ? "Creating account" : "Create account"}
        </Button>
        <PathLink className={buttonClass({ size: "lg", block: true })} path={back}>
          Look around first
        </PathLink>
      </form>
    </AccountFrame>
  );
}

/**
 * Registers once: an account whose answer was lost is there when it is asked for again, and then the
 * same address that "has an account already" is one's own.
 */
function useRegistering(): typeof registerAccount {
  const unsure = useRef<string | undefined>(undefined);
  return async (account) => {
    try {
      await registerAccount(account);
    } catch (error) {
      const { status, code } = problemOf(error);
      const isOwn = code === "email_taken" && unsure.current === account.email;
      if (isOwn) return;
      if (status === 0 || status >= 500) unsure.current = account.email;
      throw error;
    }
    // From here on it is there, whatever becomes of signing in.
    unsure.current = account.email;
  };
}
