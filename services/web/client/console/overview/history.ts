/** What was read at one moment: numbers by name. */
export interface Sample {
  readonly atMs: number;
  readonly numbers: { readonly [name: string]: number | undefined };
}

/** As far as the small charts look back. */
export const historyMs = 15 * 60_000;
/** One sample every two seconds over the whole time, and some to spare. */
const samplesMax = 500;

/** The samples of the last while, oldest first, with one more. One of the same moment is not counted twice. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && sample.atMs <= last.atMs) return samples;
  return [...samples, sample]
    .filter(({ atMs }) => sample.atMs - atMs <= historyMs)
    .slice(-samplesMax);
}

/** The values that a number had, oldest first. Moments at which it was not known are left out. */
export function valuesOf(samples: readonly Sample[], name: string): readonly number[] {
  return samples.flatMap(({ numbers }) => {
    const value = numbers[name];
    return value === undefined ? [] : [value];
  });
}

/**
 * How much a number that only grows grew per second over the last `withinMs`. Undefined while it is
 * not known twice. A number that went back began anew: then only what came since is counted.
 */
export function rateOf(
  samples: readonly Sample[],
  name: string,
  withinMs: number,
): number | undefined {
  const known = samples.flatMap(({ atMs, numbers }) => {
    const value = numbers[name];
    return value === undefined ? [] : [{ atMs, value }];
  });
  const last = known.at(-1);
  if (!last) return undefined;
  const recent = known.filter(({ atMs }) => last.atMs - atMs <= withinMs);
  const fell = recent.findLastIndex(({ value }, at) => value < (recent[at - 1]?.value ?? 0));
  const first = recent[Math.max(0, fell)];
  if (!first || first.atMs === last.atMs) return undefined;
  return ((last.value - first.value) * 1_000) / (last.atMs - first.atMs);
}
