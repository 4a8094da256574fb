import { type Caller, signInFirst } from "@app/platform/auth.ts";
import { userNotFound } from "./users.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The account that a caller is. A service is signed in too, and has none. */
export function ownId(caller: Caller | undefined): string {
  if (caller === undefined) throw signInFirst();
  return requireUserId(caller.subject);
}

export const isUserId = (text: string): boolean => UUID.test(text);

/** An account's id as a path or a token has it; of any other text there is no account. */
export function requireUserId(text: string): string {
  if (!isUserId(text)) throw userNotFound();
  return text;
}
