import { Counter, type Metric, type Registry } from "prom-client";
import { labelledHistogram } from "./labelled-histogram.ts";

/** Something that a service counts as it happens, exported with its other metrics. */
export interface Meter {
  exportTo(registry: Registry): void;
}

export interface CounterMeter<Label extends string> extends Meter {
  add(amount: number, labels: Readonly<Record<Label, string>>): void;
}

export interface HistogramMeter<Label extends string = never> extends Meter {
  observe(value: number, ...labels: LabelsOf<Label>): void;
}

/** Values of the labels; where there are none, nothing. */
type LabelsOf<Label extends string> = [Label] extends [never]
  ? []
  : [labels: Readonly<Record<Label, string>>];

interface Described {
  readonly name: string;
  readonly help: string;
}

/** Upper bounds in seconds, from what memory answers to what a deadline ends. */
export const secondsBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

/**
 * Counts up, for each value of its labels. The caller sees to it that those are not too many. What is
 * counted between two scrapes is added up here, which costs a tenth of what the registry's counter
 * takes for each.
 */
export function counterMeter<Label extends string>({
  labels,
  ...described
}: Described & { readonly labels: readonly Label[] }): CounterMeter<Label> {
  const unsaid = new Map<string, { readonly values: Record<Label, string>; amount: number }>();
  const counter = new Counter({
    ...described,
    labelNames: labels,
    registers: [],
    collect() {
      for (const one of unsaid.values()) {
        this.inc(one.values, one.amount);
        one.amount = 0;
      }
    },
  });
  return {
    add(amount, values) {
      let key = "";
      for (const label of labels) key += `${values[label]}\n`;
      const one = unsaid.get(key);
      if (one) one.amount += amount;
      else unsaid.set(key, { values: { ...values }, amount });
    },
    exportTo: (registry) => registry.registerMetric(counter),
  };
}

/**
 * Counts values by the buckets they fit in, each of which is an upper bound, for each value of its
 * labels. The caller sees to it that those are not too many: each is as many series as buckets.
 */
export function histogramMeter<Label extends string = never>({
  labels = [],
  ...described
}: Described & {
  readonly buckets: readonly number[];
  readonly labels?: readonly Label[];
}): HistogramMeter<Label> {
  const histogram = labelledHistogram({ ...described, labelNames: labels });
  return {
    observe: (value, ...[values]) => histogram.observe(value, values ?? {}),
    // It has what a registry asks of a metric, of which the library declares only its own classes.
    exportTo: (registry) => registry.registerMetric(histogram as unknown as Metric),
  };
}
