import { Gauge, type Registry } from "prom-client";
import { sharedRead } from "./metrics.ts";

/** What a service has begun and not decided. */
export interface OpenSagas {
  /** What they are, such as `order`. */
  readonly saga: string;
  /** What is open for longer waits for something. */
  readonly lateAfterSeconds: number;
  /** For how long each is open, in seconds. Bounded: a long queue is not counted to its end. */
  ages(): Promise<readonly number[]>;
}

/** Exports how much is undecided and for how long, read when scraped. */
export function exportSagaMetrics(
  registry: Registry,
  { saga, lateAfterSeconds, ages }: OpenSagas,
): void {
  const read = sharedRead(ages);
  for (const { name, help, value } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: ["saga"] as const,
      registers: [registry],
      async collect() {
        this.set({ saga }, value(await read(), lateAfterSeconds));
      },
    });
  }
}

const gauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (ages: readonly number[], lateAfterSeconds: number) => number;
}[] = [
  {
    name: "saga_open",
    help: "What is begun and not decided, counted up to a limit.",
    value: (ages) => ages.length,
  },
  {
    name: "saga_open_late",
    help: "What is undecided for longer than it takes, of those that are counted.",
    value: (ages, late) => ages.filter((seconds) => seconds > late).length,
  },
  {
    name: "saga_oldest_open_seconds",
    help: "For how long the oldest is undecided; 0 where nothing is.",
    value: (ages) => ages.reduce((oldest, seconds) => Math.max(oldest, seconds), 0),
  },
];
