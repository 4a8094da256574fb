import { Refusal } from "@app/platform/errors.ts";
import { refusingBy } from "@app/platform/named-constraints.ts";

/** Runs a write whose refusals the schema says, in the words of the callers. */
export const refusing = refusingBy({
  events_hall_is_free: (cause) =>
    new Refusal("conflict", "hall_is_taken", "the hall is taken at that time", { cause }),
});

export const notFound = (what: "event" | "location") =>
  new Refusal("not_found", `${what}_not_found`, "not found");
