import { type Decision, type Seen, unchanged } from "./decision.ts";
import { consuming, returning, takingBack } from "./stock.ts";

/** The order stands: what was set aside is taken for good. Anything else is late news and changes nothing. */
export function consumeReservation(seen: Seen): Decision {
  const { reservation } = seen;
  if (reservation?.state !== "RESERVED") return unchanged(seen);
  return { reservation: { ...reservation, state: "CONSUMED" }, move: consuming, facts: [] };
}

/**
 * The order is void: what it held returns to the shelf, also after it was consumed.
 * A release that comes before its reserve leaves a mark without lines, which refuses that reserve.
 */
export function releaseReservation(seen: Seen): Decision {
  const { key, reservation } = seen;
  switch (reservation?.state) {
    case undefined:
      return {
        reservation: { ...key, state: "RELEASED", lines: [], totalCents: 0, version: 0 },
        facts: [],
      };
    case "RESERVED":
      return { reservation: { ...reservation, state: "RELEASED" }, move: returning, facts: [] };
    case "CONSUMED":
      return { reservation: { ...reservation, state: "RELEASED" }, move: takingBack, facts: [] };
    case "RELEASED":
    case "REJECTED":
      return unchanged(seen);
  }
}
