import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { useSession } from "../../lib/session.tsx";
import type { SessionUser } from "../../lib/session-record.ts";
import { PasswordField } from "./password-field.tsx";
import { changeAccount, logIn } from "./session-calls.ts";
import { useSubmit } from "./use-submit.ts";

/** Changes how somebody is called. */
export function NameForm({ user }: { readonly user: SessionUser }) {
  const { renamed } = useSession();
  const [name, setName] = useState(user.name);
  const { onSubmit, busy, problem, errorOf } = useSubmit(async () => {
    const changed = await changeAccount({ name });
    renamed(changed);
    setName(changed.name);
    toast({ text: "Your name is changed." });
  });
  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <Field
        label="Name"
        name="name"
        autoComplete="name"
        value={name}
        error={errorOf("name")}
        hint="It stands on the tickets that you show from now on."
        onChange={({ target }) => setName(target.value)}
      />
      <p>
        <Button type="submit" busy={busy} disabled={name.trim() === user.name}>
          {busy ? "Changing name" : "Change name"}
        </Button>
      </p>
    </form>
  );
}

/** Changes the password, which signs the account out everywhere else. */
export function PasswordForm({ email }: { readonly email: string }) {
  const { signedIn } = useSession();
  const [currentPassword, setCurrentPassword] = useState("");
  const [password, setPassword] = useState("");
  const { onSubmit, busy, problem, errorOf } = useSubmit(async () => {
    await changeAccount({ password, currentPassword });
    const { user, expiresInSeconds } = await logIn({ email, password });
    signedIn(user, { expiresInSeconds });
    setCurrentPassword("");
    setPassword("");
    toast({ text: "Your password is changed. All other devices are signed out." });
  });
  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <PasswordField
        label="Present password"
        name="currentPassword"
        autoComplete="current-password"
        value={currentPassword}
        error={errorOf("currentPassword")}
        onChange={setCurrentPassword}
      />
      <PasswordField
        label="New password"
        name="password"
        autoComplete="new-password"
        value={password}
        error={errorOf("password")}
        hint="At least 8 characters. All other devices are signed out."
        onChange={setPassword}
      />
      <p>
        <Button type="submit" busy={busy} disabled={currentPassword === "" && password === ""}>
          {busy ? "Changing password" : "Change password"}
        </Button>
      </p>
    </form>
  );
}
