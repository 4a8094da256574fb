import type { Location } from "@app/contracts/gen/events/v1/events_service_pb.ts";

/** `Staatsoper am Ring, Vienna, Austria`; the whole address stands on the page of the event. */
export function placeOf(location: Location | undefined): string {
  if (!location) return "";
  const town = location.address.split(",").at(-1)?.trim();
  return [location.name, town, location.country].filter(Boolean).join(", ");
}
