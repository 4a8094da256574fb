import type { Problem } from "../../lib/problem.ts";

/** The service said no, and why. */
export interface HoldRefusal {
  readonly problem: Problem;
  /** How many seats were asked for; undefined where it was about something else. */
  readonly wanted?: number | undefined;
  /** How many are free now, where that is the reason. */
  readonly left?: number | undefined;
}

/** Whether it is the hold itself that is not as it was; it says best how it ended. */
export const isAboutHold = ({ status, code }: Problem) =>
  status === 404 || code.startsWith("hold_");

const LEADING = new Set(["not_enough_seats", "already_booked", "too_many_holds"]);

/** Whether its notice holds the next step, so that no other button is the main one meanwhile. */
export const leadsOn = ({ problem: { code, status } }: HoldRefusal) =>
  LEADING.has(code) || status === 401;
