import { Gauge, type Registry } from "prom-client";
import type { Health } from "./health.ts";
import { sharedRead } from "./metrics.ts";
import type { Pool } from "./postgres.ts";

/** Exports what readiness finds, check by check, so that an alert names the part that is not well. */
export function exportHealthMetrics(registry: Registry, { readiness }: Pick<Health, "readiness">) {
  const found = sharedRead(readiness);
  const registers = [registry];
  new Gauge({
    name: "service_ready",
    help: "1 while the service can answer its calls, even if something is not well.",
    registers,
    async collect() {
      this.set((await found()).status === "unavailable" ? 0 : 1);
    },
  });
  new Gauge({
    name: "service_check_failing",
    help: "1 where a check of readiness fails; they are told by name in /readyz.",
    labelNames: ["check"] as const,
    registers,
    async collect() {
      const { checks } = await found();
      this.reset();
      for (const [check, { status }] of Object.entries(checks)) {
        this.set({ check }, status === "failed" ? 1 : 0);
      }
    },
  });
}

/** Exports how much of its connections each pool uses, and what waits for one. */
export function exportPoolMetrics(
  registry: Registry,
  pools: Readonly<Record<string, Pick<Pool, "use">>>,
): void {
  for (const { name, help, value } of poolGauges) {
    new Gauge({
      name,
      help,
      labelNames: ["pool"] as const,
      registers: [registry],
      collect() {
        for (const [pool, { use }] of Object.entries(pools)) this.set({ pool }, value(use()));
      },
    });
  }
}

const poolGauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (use: ReturnType<Pool["use"]>) => number;
}[] = [
  {
    name: "database_pool_connections_max",
    help: "Connections that the pool may open.",
    value: ({ connectionsMax }) => connectionsMax,
  },
  {
    name: "database_pool_transactions",
    help: "Transactions that are open, each on a connection of its own.",
    value: ({ transactions }) => transactions,
  },
  {
    name: "database_pool_waiting",
    help: "Statements and transactions for which there is no connection yet, or no answer.",
    value: ({ pending }) => pending,
  },
];
