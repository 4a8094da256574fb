/** One value of a series, as the registry writes it. */
interface SeriesValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** How many values fit in each bucket and in none before it; the last is for what fits in none. */
  readonly counts: Float64Array;
  sum: number;
}

export interface HistogramSettings {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  readonly labelNames: readonly string[];
}

/**
 * A histogram that a registry of prom-client takes like one of its own. That one sorts and joins
 * labels, and looks them over, for each value: a microsecond, several times for each message.
 */
export function labelledHistogram({ name, help, buckets, labelNames }: HistogramSettings) {
  const series = new Map<string, Series>();
  const begin = (key: string, labels: Readonly<Record<string, string>>): Series => {
    const begun = { labels: { ...labels }, counts: new Float64Array(buckets.length + 1), sum: 0 };
    series.set(key, begun);
    return begun;
  };
  if (labelNames.length === 0) begin("", {});

  return {
    name,
    help,
    type: "histogram",
    aggregator: "sum",
    labelNames,

    observe(value: number, labels: Readonly<Record<string, string>>): void {
      let key = "";
      for (const label of labelNames) key += `${labels[label]}\n`;
      const found = series.get(key) ?? begin(key, labels);
      let at = 0;
      while (at < buckets.length && value > (buckets[at] ?? 0)) at += 1;
      found.counts[at] = (found.counts[at] ?? 0) + 1;
      found.sum += value;
    },

    async get() {
      const values = [...series.values()].flatMap((one) => valuesOf(name, buckets, one));
      return { name, help, type: "histogram", aggregator: "sum", values };
    },

    reset(): void {
      series.clear();
    },
  };
}

/** Each bucket counts what is in those before it as well. */
function valuesOf(
  name: string,
  buckets: readonly number[],
  { labels, counts, sum }: Series,
): readonly SeriesValue[] {
  let count = 0;
  const bucketed = [...buckets, "+Inf"].map((le, at): SeriesValue => {
    count += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
  });
  return [
    ...bucketed,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
