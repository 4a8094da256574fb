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
  /** Nothing was served for a part of it: a slow listener, or one that was held up. */
  readonly stood: boolean;
}

/** So much time at work is looked back upon. */
const windowMs = 10_000;
/** What was measured for so long is known; less may have been one moment in which something held it up. */
const provenMs = 5_000;
/** What was measured before is of another time. */
const provenForMs = 600_000;
/** A cost this much lower is no chance: what was measured before it is over. */
const clearlyFaster = 2;
/** A handler is not given more: what lasts longer is no service but an outage, and measures nothing. */
const serviceMaxMs = 5_000;
/** Whoever could not look for so long, as while its database was away, has not seen the queue stand still. */
const gapMaxMs = 10_000;

/**
 * Only time at work is measured: between two samples the queue was never empty exactly when fewer
 * messages left it than had been waiting at the first one. So an idle queue, and one that is as fast
 * as what comes, tell nothing, and are never taken for slow; but they tell that worse times are
 * over. What was measured only briefly, or across a standstill, is then forgotten, so that a moment's
 * hold-up of a few messages does not speak for the next burst; a pace that was kept up for five
 * seconds is remembered for ten minutes, so that the next burst is judged as soon as it is seen.
 */
export function queueWatch(): QueueWatch {
  let last: QueueSample | undefined;
  let standstillMs = 0;
  let measuredAtMs = 0;
  let stretches: readonly Stretch[] = [];

  const serviceMs = () => {
    const served = stretches.reduce((sum, stretch) => sum + stretch.served, 0);
    return served === 0 ? undefined : msOf(stretches) / served;
  };

  const remember = (stretch: Stretch, atMs: number) => {
    const known = serviceMs();
    const isOver = known !== undefined && (stretch.ms / stretch.served) * clearlyFaster < known;
    stretches = latestOf(isOver ? [stretch] : [...stretches, stretch]);
    measuredAtMs = atMs;
  };

  const keepWhatIsProven = (atMs: number) => {
    const steady = stretches.filter(({ stood }) => !stood);
    const isProven = msOf(steady) >= provenMs && atMs - measuredAtMs <= provenForMs;
    stretches = isProven ? steady : [];
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
      const wasNeverEmpty = before.waiting > served;
      if (served > 0) {
        const atWorkMs = ms + standstillMs;
        // It cannot cost more than the time in which so many left.
        const isFaster = atWorkMs / served < (serviceMs() ?? 0);
        if ((wasNeverEmpty || isFaster) && standstillMs <= serviceMaxMs) {
          remember({ ms: atWorkMs, served, stood: standstillMs > 0 }, sample.atMs);
        }
      }
      if (!wasNeverEmpty) keepWhatIsProven(sample.atMs);
      const stands = served === 0 && before.waiting > 0 && sample.waiting > 0;
      standstillMs = stands ? standstillMs + ms : 0;
    },

    interrupt() {
      last = undefined;
      standstillMs = 0;
    },

    pace: () => ({ serviceMs: serviceMs(), standstillMs }),
  };
}

const msOf = (stretches: readonly Stretch[]) => stretches.reduce((sum, { ms }) => sum + ms, 0);

/** The last of them that fit into the window, and one at least. */
function latestOf(stretches: readonly Stretch[]): readonly Stretch[] {
  let from = 0;
  let ms = msOf(stretches);
  while (from < stretches.length - 1 && ms > windowMs) {
    ms -= stretches[from]?.ms ?? 0;
    from += 1;
  }
  return stretches.slice(from);
}
