import { inArray, sql } from "drizzle-orm";
import { Gauge, type Registry } from "prom-client";
import { sharedRead } from "../metrics.ts";
import type { Database } from "../postgres.ts";
import { deadLetters, redriveRuns } from "./tables.ts";

/**
 * Exports what became of dead letters, and how far the redrive runs are that have not ended. Their
 * age and number while nobody has dealt with them are among the consumers' metrics.
 */
export function exportRepairMetrics(registry: Registry, { q }: Database): void {
  const registers = [registry];
  new Gauge({
    name: "dead_letters",
    help: "Dead letters by what became of them.",
    labelNames: ["consumer", "state"] as const,
    registers,
    async collect() {
      this.reset();
      const { consumer, state } = deadLetters;
      const count = sql<string>`count(*)`;
      const rows = await q
        .select({ consumer, state, count })
        .from(deadLetters)
        .groupBy(consumer, state);
      for (const { count, ...labels } of rows) this.set(labels, Number(count));
    },
  });

  const open = sharedRead(async () =>
    q
      .select()
      .from(redriveRuns)
      .where(inArray(redriveRuns.state, ["running", "paused"])),
  );
  new Gauge({
    name: "redrive_runs_open",
    help: "1 while a redrive run of the consumer is running or paused.",
    labelNames: ["consumer", "state"] as const,
    registers,
    async collect() {
      const runs = await open();
      this.reset();
      for (const { consumer, state } of runs) this.set({ consumer, state }, 1);
    },
  });
  new Gauge({
    name: "redrive_run_letters",
    help: "Letters of the redrive run that is running or paused, by what became of them.",
    labelNames: ["consumer", "state"] as const,
    registers,
    async collect() {
      const runs = await open();
      this.reset();
      for (const { consumer, total, done, failed, skipped } of runs) {
        const letters = { done, failed, skipped, pending: total - done - failed - skipped };
        for (const [state, count] of Object.entries(letters)) this.set({ consumer, state }, count);
      }
    },
  });
}
