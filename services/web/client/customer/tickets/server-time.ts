/** When the server said what time it is, by the browser's clock. */
export interface TimeSighting {
  readonly serverMs: number;
  /** When the question left and the answer came: the server looked at its clock between the two. */
  readonly sentMs: number;
  readonly heardMs: number;
}

/**
 * How far the server's clock is ahead of the browser's. The error is at most half of the time that
 * the answer took.
 */
export function offsetOf({ serverMs, sentMs, heardMs }: TimeSighting): number {
  return serverMs - (sentMs + heardMs) / 2;
}

/** Of two sightings the better one: the quicker answer, unless it is old or the browser's clock was set. */
export function betterOf(known: TimeSighting | undefined, next: TimeSighting): TimeSighting {
  if (!known || next.heardMs - known.heardMs > SIGHTING_GOOD_MS) return next;
  const tookKnown = known.heardMs - known.sentMs;
  const tookNext = next.heardMs - next.sentMs;
  const disagree =
    Math.abs(offsetOf(known) - offsetOf(next)) > (tookKnown + tookNext) / 2 + SLACK_MS;
  return disagree || tookNext <= tookKnown ? next : known;
}

/** Clocks drift apart by a fraction of a second in that time. */
const SIGHTING_GOOD_MS = 10 * 60_000;
const SLACK_MS = 50;

/** What is said aloud when so much time is left, once each, and nothing in between. */
const warnings = [
  { atMs: 30_000, text: "30 seconds left to confirm your seats." },
  { atMs: 120_000, text: "2 minutes left to confirm your seats." },
] as const;

/**
 * The warning that is due between two looks at the clock. Somebody who comes back late hears the
 * last one alone.
 */
export function warningBetween(beforeMs: number, leftMs: number): string | undefined {
  if (leftMs <= 0) return undefined;
  return warnings.find(({ atMs }) => beforeMs > atMs && leftMs <= atMs)?.text;
}

/** From here on the clock is shown in the colour of warnings. */
export const ENDING_MS = 120_000;
