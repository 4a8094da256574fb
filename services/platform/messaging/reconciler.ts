import type { Clock } from "../clock.ts";
import type { LeaderTask } from "./leader.ts";
import type { PublishedStream } from "./published-stream.ts";
import { type SweptConsumer, sweepReceived } from "./reconcile-received.ts";
import { sentSweep } from "./reconcile-sent.ts";
import type { SweepSettings } from "./sweep.ts";
import type { Wake } from "./wake.ts";

export interface ReconcilerOptions extends Omit<SweepSettings, "lookAgainMs"> {
  readonly consumers: readonly SweptConsumer[];
  readonly streams: readonly PublishedStream[];
  /** How often what is new is compared. */
  readonly everyMs: number;
  readonly clock: Clock;
  /** Woken when a sweep was sent back to the beginning. */
  readonly wake: Wake;
}

/** Between two slices of one sweep: the comparing must not starve the work that it checks. */
const pauseMs = 100;

/**
 * Checks that nothing was lost unseen: sweeps, from where it was last, over what each durable
 * acknowledged and over what was sent to each stream. Where it has come to is stored, so that
 * whoever leads next goes on from there.
 */
export function reconcilerTask(options: ReconcilerOptions): LeaderTask {
  const { broker, consumers, streams, everyMs, clock, wake } = options;
  return {
    name: "reconciler",
    async run({ held, signal }) {
      const settings = { ...options, held, lookAgainMs: everyMs };
      const sweeps = [
        ...consumers.map((consumer) => () => sweepReceived(settings, consumer)),
        ...streams.map((stream) => sentSweep(settings, stream)),
      ];
      while (!signal.aborted) {
        // A broker that is away is the canary's finding.
        const more = broker.connected() && (await sweepAll(sweeps, signal));
        await wake.next(more ? pauseMs : everyMs, clock, signal);
      }
    },
  };
}

/** One step of every sweep. What fails in one is told once the others had their turn. */
async function sweepAll(
  sweeps: readonly (() => Promise<boolean>)[],
  signal: AbortSignal,
): Promise<boolean> {
  const failures: unknown[] = [];
  let more = false;
  for (const sweep of sweeps) {
    if (signal.aborted) return false;
    try {
      more = (await sweep()) || more;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return more;
}
