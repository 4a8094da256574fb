import type { Caller } from "./auth.ts";

/**
 * The one user whose things a caller may see and change, or undefined for everybody's: operators and
 * services serve everybody, and where guests are let in nobody is told apart.
 */
export function ownerFor(caller: Caller | undefined): string | undefined {
  const serves = caller?.roles.some((role) => role === "operator" || role === "service");
  return serves ? undefined : caller?.subject;
}
