/** Work that begins at given times, whether or not what began before is over. */
export interface OpenLoopOptions {
  readonly perSecond: number;
  readonly count: number;
  /** Begun at its time; given its number and when it was meant to begin, by `performance.now()`. */
  readonly begin: (number: number, intendedMs: number) => Promise<void>;
}

/** The timer is up to a millisecond late, so the last of the wait is spent looking at the clock. */
const LOOK_MS = 1.5;

/**
 * Begins work at an even rate and resolves when all of it is over; rejects with what rejected first.
 * A latency that is measured from the intended time counts what a slow server kept waiting, which a
 * client that waits for one answer before it asks again would never see.
 */
export async function openLoop({ perSecond, count, begin }: OpenLoopOptions): Promise<void> {
  const everyMs = 1_000 / perSecond;
  const startMs = performance.now() + everyMs;
  const under: Promise<void>[] = [];
  for (let number = 0; number < count; number += 1) {
    const intendedMs = startMs + number * everyMs;
    await until(intendedMs);
    const work = begin(number, intendedMs);
    // Its rejection is heard below, perhaps much later.
    work.catch(() => undefined);
    under.push(work);
  }
  await Promise.all(under);
}

async function until(atMs: number): Promise<void> {
  const sleepMs = atMs - performance.now() - LOOK_MS;
  if (sleepMs > 0) await Bun.sleep(sleepMs);
  while (performance.now() < atMs) await new Promise<void>((resolve) => setImmediate(resolve));
}
