import { Refusal } from "@app/platform/errors.ts";
import { refusingBy } from "@app/platform/named-constraints.ts";

/** Runs a write whose refusals the schema says, in the words of the callers. */
export const refusing = refusingBy({
  items_pkey: (cause) => new Refusal("conflict", "item_exists", "item exists already", { cause }),
  items_deleted_holds_nothing: (cause) =>
    new Refusal("conflict", "item_is_reserved", "item is reserved", { cause }),
});
