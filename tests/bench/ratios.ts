/** The middle of some values and their ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws for no values: nothing was measured. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (min === undefined || max === undefined || upper === undefined || lower === undefined)
    throw new Error("there is no median of no values");
  return { median: (lower + upper) / 2, min, max };
}

/** The value that a share of all values, such as 0.99, does not exceed. Sorts what it is given. */
export function quantile(values: Float64Array | number[], share: number): number {
  values.sort((a, b) => a - b);
  const value = values[Math.max(0, Math.ceil(share * values.length) - 1)];
  if (value === undefined) throw new Error("there is no quantile of no values");
  return value;
}
