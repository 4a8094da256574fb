import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { useSession } from "../../lib/session.tsx";
import { PasswordField } from "./password-field.tsx";
import { deleteAccount } from "./session-calls.ts";
import { useSubmit } from "./use-submit.ts";

/** Deletes the account for good, which its password allows, and leaves a guest. */
export function DeleteForm({ email }: { readonly email: string }) {
  const { left } = useSession();
  const [password, setPassword] = useState("");
  const { onSubmit, busy, problem, errorOf } = useSubmit(async () => {
    await deleteAccount(password);
    toast({ text: "Your account is deleted." });
    left();
  });
  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <p>
        It cannot be taken back. What you wrote of dishes and events stays, as a former customer’s;
        tickets and orders can no longer be shown to you.
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} title="The account stands" />}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <PasswordField
        label="Password of this account"
        name="currentPassword"
        autoComplete="current-password"
        value={password}
        error={errorOf("currentPassword") ?? errorOf("password")}
        onChange={setPassword}
      />
      <p>
        <Button kind="danger" type="submit" busy={busy} disabled={password === ""}>
          {busy ? "Deleting account" : "Delete account"}
        </Button>
      </p>
    </form>
  );
}
