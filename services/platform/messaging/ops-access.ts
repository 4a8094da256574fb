import { type AuthMode, requireRole } from "../auth.ts";
import { contextOf } from "../request-context.ts";
import { anonymous } from "./audit.ts";

/** Who acts, for the audit. Refuses a caller that is no operator, and a guest where sign-in is required. */
export function operatorOf(request: Request, auth: AuthMode): string {
  const { caller } = contextOf(request);
  // As long as nobody issues tokens, nobody could act where a token were asked for.
  if (caller === undefined && auth === "optional") return anonymous;
  return requireRole(caller, "operator").subject;
}
