import { Refusal } from "@app/platform/errors.ts";
import { alreadyBooked } from "../domain/refusals.ts";

/** What the schema says no with, in the words of the callers. Any other violation is a fault. */
const refusals: Readonly<Record<string, (cause: Error) => Refusal>> = {
  bookings_one_each: (cause) => alreadyBooked({ cause }),
  // Only where the other request's own row is gone again, which no caller sees: see `once.ts`.
  idempotency_keys_scope_key_pk: (cause) =>
    new Refusal("conflict", "idempotency_key_in_use", "idempotency key is in use", { cause }),
};

/** Runs a write whose refusals are left to named constraints. */
export async function refusing<T>(write: PromiseLike<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw refusalFor(error) ?? error;
  }
}

/** Drizzle wraps the driver's error, which names the constraint. */
function refusalFor(error: unknown): Refusal | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error) || !("constraint_name" in cause)) return undefined;
  return refusals[String(cause.constraint_name)]?.(cause);
}
