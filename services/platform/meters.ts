import { Counter, Histogram, type Registry } from "prom-client";

/** Something that a service counts as it happens, exported with its other metrics. */
export interface Meter {
  exportTo(registry: Registry): void;
}

export interface CounterMeter<Label extends string> extends Meter {
  add(amount: number, labels: Readonly<Record<Label, string>>): void;
}

export interface HistogramMeter extends Meter {
  observe(value: number): void;
}

interface Described {
  readonly name: string;
  readonly help: string;
}

/** Counts up, for each value of its labels. The caller sees to it that those are not too many. */
export function counterMeter<Label extends string>({
  labels,
  ...described
}: Described & { readonly labels: readonly Label[] }): CounterMeter<Label> {
  const counter = new Counter({ ...described, labelNames: labels, registers: [] });
  return {
    add: (amount, values) => counter.inc({ ...values }, amount),
    exportTo: (registry) => registry.registerMetric(counter),
  };
}

/** Counts values by the buckets they fit in, each of which is an upper bound. */
export function histogramMeter({
  buckets,
  ...described
}: Described & { readonly buckets: readonly number[] }): HistogramMeter {
  const histogram = new Histogram({ ...described, buckets: [...buckets], registers: [] });
  return {
    observe: (value) => histogram.observe(value),
    exportTo: (registry) => registry.registerMetric(histogram),
  };
}
