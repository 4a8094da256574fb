import { emailKeyOf } from "./email.ts";
import {
  charactersIn,
  invalid,
  refuseUnknownKeys,
  refuseUnstorable,
  requiredText,
  requiredTrimmed,
  requireObject,
} from "./request-checks.ts";

/** Everything that somebody says to get an account, checked. */
export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly emailKey: string;
  readonly password: string;
}

export const NAME_MAX = 128;
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 200;

/**
 * Reads a registration as it came through either door. The first failure is the answer: what is
 * missing in the order name, email, password, then limits in that order, then unknown keys.
 */
export function readRegistration(body: unknown): Registration {
  const input = requireObject(body);
  const name = requiredTrimmed(input, "name");
  const email = requiredTrimmed(input, "email");
  const password = requiredText(input, "password");

  const checked = {
    name: checkedName(name),
    ...checkedEmail(email),
    password: checkedPassword(password),
  };
  refuseUnknownKeys(input, ["name", "email", "password"]);
  return checked;
}

/** A trimmed name, within its limits. */
export function checkedName(name: string): string {
  refuseUnstorable("name", name);
  if (charactersIn(name) > NAME_MAX) throw invalid("name", "name is too long");
  return name;
}

/** A trimmed address with the form that all its spellings share. */
export function checkedEmail(email: string): { readonly email: string; readonly emailKey: string } {
  refuseUnstorable("email", email);
  const emailKey = emailKeyOf(email);
  if (emailKey === undefined) {
    throw invalid("email", "email must be an address such as ada@example.com");
  }
  return { email, emailKey };
}

/**
 * A new password, within its limits. Nothing is asked of its characters: length is what helps.
 * It is not trimmed; characters that are typed in two ways count as one (NFC, RFC 8265).
 */
export function checkedPassword(password: string): string {
  refuseUnstorable("password", password);
  const count = charactersIn(password);
  if (count < PASSWORD_MIN || count > PASSWORD_MAX) {
    throw invalid("password", `password must have ${PASSWORD_MIN} to ${PASSWORD_MAX} characters`);
  }
  return asTyped(password);
}

/** The form of a password that all ways of typing it share. */
export function asTyped(password: string): string {
  return password.normalize("NFC");
}
