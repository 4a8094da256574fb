import type { Caller, Role } from "./auth.ts";

/**
 * The one user whose things a caller may change, or undefined for everybody's: operators and
 * services serve everybody, and where guests are let in nobody is told apart.
 */
export function ownerFor(caller: Caller | undefined): string | undefined {
  return unlessIn(["operator", "service"], caller);
}

/** The same of what a caller may look at: a viewer sees everybody's, and changes only its own. */
export function ownerSeenBy(caller: Caller | undefined): string | undefined {
  return unlessIn(["operator", "service", "viewer"], caller);
}

function unlessIn(roles: readonly Role[], caller: Caller | undefined): string | undefined {
  return caller?.roles.some((role) => roles.includes(role)) ? undefined : caller?.subject;
}
