import type { Clock } from "@app/platform/clock.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import { within } from "@app/platform/within.ts";

/** Knows whether everything that was announced of events has been heard. */
export interface ProjectionFreshness {
  /** Finds out, unless it is known. Refuses with `unavailable` when it is not so. */
  require(): Promise<void>;
  /** Refuses when it was not so at any moment of the last second. */
  check(): void;
}

export interface FreshnessSettings {
  readonly broker: Pick<Broker, "connected" | "durableState">;
  readonly stream: string;
  readonly durable: string;
  readonly clock: Clock;
}

const FRESH_MS = 1_000;
/** Whoever asks within this long is given the last answer; it leaves time to read what was heard. */
const REPEAT_MS = 250;
const ANSWER_MS = 500;

/**
 * Asks the broker when somebody has to know, and at most four times a second: its durable has
 * nothing left to deliver, and nothing that was delivered is unacknowledged, which follows the commit.
 */
export function projectionFreshness(settings: FreshnessSettings): ProjectionFreshness {
  const { broker, stream, durable, clock } = settings;
  let caughtUpAtMs = Number.NEGATIVE_INFINITY;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const ask = async () => {
    // What holds in the answer held after the question was asked.
    const atMs = clock.monotonicMs();
    askedAtMs = atMs;
    try {
      if (!broker.connected()) return;
      const asked = broker.durableState(stream, durable);
      const state = await within(asked, ANSWER_MS, "the broker does not answer");
      if (state && state.pending === 0 && state.unacknowledged === 0) caughtUpAtMs = atMs;
    } catch {
      return; // Whatever the reason, it is not known to be fresh, and that is what callers are told.
    } finally {
      asking = undefined;
    }
  };

  const check = () => {
    if (clock.monotonicMs() - caughtUpAtMs <= FRESH_MS) return;
    throw new Refusal("unavailable", "events_not_known", "events are being read, come back later", {
      retryAfterSeconds: 1,
    });
  };

  return {
    check,
    async require() {
      if (asking === undefined && clock.monotonicMs() - askedAtMs >= REPEAT_MS) asking = ask();
      await asking;
      check();
    },
  };
}
