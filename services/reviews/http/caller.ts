import { signInFirst } from "@app/platform/auth.ts";
import { contextOf } from "@app/platform/request-context.ts";

/** The account that calls, where somebody is signed in. */
export const callerOf = (request: Request): string | undefined =>
  contextOf(request).caller?.subject;

/** The same of a call that is for those who are signed in, as its rule has checked. */
export function accountOf(request: Request): string {
  const account = callerOf(request);
  if (account === undefined) throw signInFirst();
  return account;
}
