import type { BadgeTone } from "../../kit/badge.tsx";
import type { Hop, Part } from "./hops.ts";

/** What the parts of a way are called. */
export const partNames: Readonly<Record<Part, string>> = {
  outbox: "outbox wait",
  broker: "broker wait",
  handler: "handled",
  failed: "handler failing",
  held: "held",
};

export interface HopState {
  readonly text: string;
  readonly tone: BadgeTone;
}

/** What became of a message, in two words. */
export function stateOf({ state, attempts }: Hop): HopState {
  switch (state) {
    case "unsent":
      return { text: "waits in the outbox", tone: "warn" };
    case "stored":
      // Nobody listens, or whoever does has not been asked or does not answer.
      return { text: "stored, not heard of since", tone: "plain" };
    case "unseen":
      return { text: "waits for its listener", tone: "info" };
    case "handled":
      return { text: "handled", tone: "ok" };
    case "parked":
      return attempts > 0
        ? { text: "waits for another attempt", tone: "warn" }
        : { text: "waits for its turn", tone: "warn" };
    case "dead":
      return { text: "dead letter", tone: "bad" };
    case "discarded":
      return { text: "discarded", tone: "warn" };
  }
}
