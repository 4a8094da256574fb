import type { Lane } from "./inbox.ts";

/** What a message's version means to its lane. */
export type Place = "duplicate" | "next" | "early";

/**
 * The rule that orders a key whatever order the broker delivers in: only the version after the last
 * one handled may run, and none while a dead letter of that version blocks the lane.
 */
export function placeIn(lane: Lane, version: number): Place {
  if (version <= lane.version) return "duplicate";
  if (version > lane.version + 1) return "early";
  // What blocks the lane is a dead letter of just this version: it is here already.
  return lane.blocked ? "duplicate" : "next";
}

/** The lane after its next version was handled, or passed over because nobody listens to it. */
export const moved = (lane: Lane): Lane => ({ ...lane, version: lane.version + 1 });
