import { Refusal } from "@app/platform/errors.ts";

/** What the schema says no with, in the words of the callers. Any other violation is a fault. */
const refusals: Readonly<Record<string, (cause: Error) => Refusal>> = {
  events_hall_is_free: (cause) =>
    new Refusal("conflict", "hall_is_taken", "the hall is taken at that time", { cause }),
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

export const notFound = (what: "event" | "location") =>
  new Refusal("not_found", `${what}_not_found`, "not found");
