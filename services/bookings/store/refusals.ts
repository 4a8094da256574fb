import { Refusal } from "@app/platform/errors.ts";
import { refusingBy } from "@app/platform/named-constraints.ts";
import { alreadyBooked } from "../domain/refusals.ts";

/** Runs a write whose refusals the schema says, in the words of the callers. */
export const refusing = refusingBy({
  bookings_one_each: (cause) => alreadyBooked({ cause }),
  // Only where the other request's own row is gone again, which no caller sees: see `once.ts`.
  idempotency_keys_scope_key_pk: (cause) =>
    new Refusal("conflict", "idempotency_key_in_use", "idempotency key is in use", { cause }),
});
