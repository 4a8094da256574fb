/** What a queue was like at one moment. */
export interface QueueSample {
  readonly atMs: number;
  /** Messages that wait in it or are in hand. */
  readonly waiting: number;
  /** Messages that have left it since the beginning of time. */
  readonly served: number;
}

/** How fast a queue is worked off. */
export interface QueuePace {
  /** What one message costs while the queue is worked on; undefined before anything was measured. */
  readonly serviceMs: number | undefined;
  /** For how long no message has left it, though some wait. */
  readonly standstillMs: number;
}

/** Measures a queue from outside, by looking at it now and then. */
export interface QueueWatch {
  observe(sample: QueueSample): void;
  /** Forgets the last sample: nothing is known of the time until the next one. A long gap does the same. */
  interrupt(): void;
  pace(): QueuePace;
}

interface Stretch {
  readonly ms: number;
  readonly served: number;
}

/** So much time at work is looked back upon. */
const windowMs = 30_000;
/** A handler is not given more: what lasts longer is no service but an outage, and measures nothing. */
const serviceMaxMs = 5_000;
/** Whoever could not look for so long, as while its database was away, has not seen the queue stand still. */
const gapMaxMs = 10_000;

/**
 * Only time at work is measured: between two samples the queue was never empty exactly when fewer
 * messages left it than had been waiting at the first one. So an idle queue, and one that is as fast
 * as what comes, tell nothing, and are never taken for slow; but they tell that a pace measured
 * before, in worse times, is over.
 */
export function queueWatch(): QueueWatch {
  let last: QueueSample | undefined;
  let standstillMs = 0;
  const stretches: Stretch[] = [];

  const remember = (stretch: Stretch) => {
    stretches.push(stretch);
    let ms = stretches.reduce((sum, stretch) => sum + stretch.ms, 0);
    while (stretches.length > 1 && ms > windowMs) ms -= stretches.shift()?.ms ?? 0;
  };

  const serviceMs = () => {
    const ms = stretches.reduce((sum, stretch) => sum + stretch.ms, 0);
    const served = stretches.reduce((sum, stretch) => sum + stretch.served, 0);
    return served === 0 ? undefined : ms / served;
  };

  return {
    observe(sample) {
      const before = last;
      last = sample;
      const ms = before ? sample.atMs - before.atMs : 0;
      // A stream that was made anew counts from the beginning.
      if (!before || ms > gapMaxMs || sample.served < before.served) {
        standstillMs = 0;
        return;
      }
      const served = sample.served - before.served;
      if (served === 0) {
        standstillMs = before.waiting > 0 && sample.waiting > 0 ? standstillMs + ms : 0;
        return;
      }
      const atWorkMs = ms + standstillMs;
      const wasNeverEmpty = before.waiting > served;
      // It cannot cost more than the time in which so many left.
      const isFaster = atWorkMs / served < (serviceMs() ?? 0);
      if ((wasNeverEmpty || isFaster) && standstillMs <= serviceMaxMs) {
        remember({ ms: atWorkMs, served });
      }
      standstillMs = 0;
    },

    interrupt() {
      last = undefined;
      standstillMs = 0;
    },

    pace: () => ({ serviceMs: serviceMs(), standstillMs }),
  };
}
