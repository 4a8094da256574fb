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
