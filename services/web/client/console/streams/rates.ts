/** What a stream was at one moment. */
export interface Sample {
  /** Unix milliseconds. */
  readonly at: number;
  readonly lastSequence: number;
}

const keptMs = 20_000;
const apartMinMs = 500;

/** Adds what was seen now; a stream that was made anew begins anew. */
export function withSample(samples: readonly Sample[], now: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && now.lastSequence < last.lastSequence) return [now];
  if (last && now.at - last.at < apartMinMs) return samples;
  return [...samples.filter(({ at }) => now.at - at <= keptMs), now];
}

/** Messages per second over the samples; undefined while there is only one. */
export function rateOf(samples: readonly Sample[]): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at <= first.at) return undefined;
  return ((last.lastSequence - first.lastSequence) * 1_000) / (last.at - first.at);
}
