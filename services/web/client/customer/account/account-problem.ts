import { duration } from "../../lib/format.ts";
import type { Problem } from "../../lib/problem.ts";

/** What a form shows of a refusal: at the field it is about, or above the form. */
export interface FormTrouble {
  readonly field?: string;
  readonly text: string;
}

const wordsOf: Readonly<Record<string, string>> = {
  name: "name",
  email: "email",
  password: "password",
  currentPassword: "present password",
};

/**
 * What the service said no to, at its field and in sentences. Undefined for what is not about what
 * was typed, which stands above the form with its trace.
 */
export function troubleOf({ code, detail, extra }: Problem): FormTrouble | undefined {
  if (code === "email_taken")
    return { field: "email", text: "There is already an account with this email." };
  if (code === "wrong_password")
    return { field: "currentPassword", text: "That is not your present password." };
  const { field } = extra;
  if (code !== "invalid_request" || typeof field !== "string") return undefined;
  const name = wordsOf[field] ?? field;
  const said = detail.startsWith(field) ? `${name}${detail.slice(field.length)}` : detail;
  return { field, text: `${said.charAt(0).toUpperCase()}${said.slice(1)}.` };
}

/** How long to wait after too many attempts, in words; undefined when that was not said. */
export function waitIn({ retryAfterSeconds }: Problem): string | undefined {
  return retryAfterSeconds === undefined ? undefined : duration(retryAfterSeconds * 1_000);
}
