import { Refusal } from "@app/platform/errors.ts";

/** What the schema says no with, in the words of the callers. Any other violation is a fault. */
const refusals: Readonly<Record<string, (cause: Error) => Refusal>> = {
  users_email_unique: (cause) =>
    new Refusal("conflict", "email_taken", "email is registered already", { cause }),
};

/** Runs a write whose refusals are left to named constraints. */
export async function refusing<T>(write: PromiseLike<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const refusal = refusalFor(error);
    throw refusal ?? error;
  }
}

/** Drizzle wraps the driver's error, which names the constraint. */
function refusalFor(error: unknown): Refusal | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error) || !("constraint_name" in cause)) return undefined;
  return refusals[String(cause.constraint_name)]?.(cause);
}
