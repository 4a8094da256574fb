import { emailKeyOf } from "./email.ts";
import { asTyped, checkedName, checkedPassword, PASSWORD_MAX } from "./registration.ts";
import {
  charactersIn,
  type Fields,
  invalid,
  optionalText,
  refuseUnknownKeys,
  requiredText,
  requiredTrimmed,
  requireObject,
} from "./request-checks.ts";

/** An attempt to sign in. */
export interface Credentials {
  /** What can be nobody's address has a key that no account has. */
  readonly emailKey: string;
  readonly password: string;
}

/** Longer than any address that anybody could have registered. */
const EMAIL_SENT_MAX = 1_000;
const TOKEN_MAX = 500;
const nobody = "nobody";

/**
 * Reads an attempt to sign in. What could be nobody's address or password is no bad request: it is
 * judged like any other attempt, so that the answer says nothing about addresses.
 */
export function readCredentials(body: unknown): Credentials {
  const input = requireObject(body);
  const email = requiredTrimmed(input, "email");
  const password = requiredText(input, "password");
  if (email.length > EMAIL_SENT_MAX) throw invalid("email", "email is too long");
  if (charactersIn(password) > PASSWORD_MAX) throw invalid("password", "password is too long");
  refuseUnknownKeys(input, ["email", "password"]);
  return { emailKey: emailKeyOf(email) ?? nobody, password: asTyped(password) };
}

/** Reads a refresh token from a body that may be absent: a browser's is in a cookie. */
export function readRefreshToken(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  const input = requireObject(body);
  const token = optionalText(input, "refreshToken");
  if (token !== undefined && token.length > TOKEN_MAX) {
    throw invalid("refreshToken", "refreshToken is too long");
  }
  refuseUnknownKeys(input, ["refreshToken"]);
  return token === "" ? undefined : token;
}

/** Reads the password by which somebody proves that the account is to go. */
export function readDeletion(body: unknown): string {
  const input = requireObject(body);
  const password = requiredText(input, "password");
  if (charactersIn(password) > PASSWORD_MAX) throw invalid("password", "password is too long");
  refuseUnknownKeys(input, ["password"]);
  return asTyped(password);
}

/** What somebody changes about their own account; what is absent stays. */
export interface UserChange {
  readonly name?: string;
  readonly password?: { readonly current: string; readonly next: string };
}

export function readUserChange(body: unknown): UserChange {
  const input = requireObject(body);
  const name = given(input, "name") ? checkedName(requiredTrimmed(input, "name")) : undefined;
  const password = readPasswordChange(input);
  refuseUnknownKeys(input, ["name", "password", "currentPassword"]);
  return {
    ...(name === undefined ? {} : { name }),
    ...(password === undefined ? {} : { password }),
  };
}

function readPasswordChange(input: Fields): UserChange["password"] {
  if (!given(input, "password")) {
    if (!given(input, "currentPassword")) return undefined;
    throw invalid("password", "password is required");
  }
  const next = checkedPassword(requiredText(input, "password"));
  const current = requiredText(input, "currentPassword");
  if (charactersIn(current) > PASSWORD_MAX) {
    throw invalid("currentPassword", "currentPassword is too long");
  }
  return { current: asTyped(current), next };
}

/** Null is no way to take a name or a password away, so it is looked at like a value. */
function given(input: Fields, name: string): boolean {
  return input[name] !== undefined;
}
