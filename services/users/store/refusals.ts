import { Refusal } from "@app/platform/errors.ts";
import { refusingBy } from "@app/platform/named-constraints.ts";

/** Runs a write whose refusals the schema says, in the words of the callers. */
export const refusing = refusingBy({
  users_email_unique: (cause) =>
    new Refusal("conflict", "email_taken", "email is registered already", { cause }),
});
