import { invalid } from "./fields.ts";
import type { Location, LocationDetails } from "./location.ts";
import { keyOf } from "./words.ts";

/**
 * Refuses a description of a known location that says something else of it: whoever sends one back
 * as it was answered means that location, and whoever describes another one has mixed up its id.
 */
export function requireSame(known: Location, described: LocationDetails): void {
  const isSame =
    keyOf(known.name) === keyOf(described.name) &&
    keyOf(known.address) === keyOf(described.address) &&
    keyOf(known.country) === keyOf(described.country);
  if (!isSame) throw invalid("location", "location is not the one that has this id");
}
