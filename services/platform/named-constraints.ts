import type { Refusal } from "./errors.ts";

/** What constraints of a schema say no with, by their names, in the words of callers. */
export type ConstraintRefusals = Readonly<Record<string, (cause: Error) => Refusal>>;

/**
 * Makes what runs a write whose refusals are left to named constraints. Any other violation is a
 * fault, and is thrown as it came.
 */
export function refusingBy(refusals: ConstraintRefusals) {
  return async <T>(write: PromiseLike<T>): Promise<T> => {
    try {
      return await write;
    } catch (error) {
      throw refusalFor(error, refusals) ?? error;
    }
  };
}

/** Drizzle wraps the driver's error, which names the constraint. */
function refusalFor(error: unknown, refusals: ConstraintRefusals): Refusal | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error) || !("constraint_name" in cause)) return undefined;
  return refusals[String(cause.constraint_name)]?.(cause);
}
