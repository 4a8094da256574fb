import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Clock } from "./clock.ts";
import { within } from "./within.ts";

/** The registry of one service, with the metrics of its process. */
export function metricsRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A number that a service works out when it is asked for. */
export interface ServiceGauge {
  readonly name: string;
  readonly help: string;
  /** A scrape sooner than this after the last gets the last answer. */
  readonly everyMs: number;
  read(): Promise<number>;
}

export function exportGauge(registry: Registry, gauge: ServiceGauge, clock: Clock): void {
  const { name, help, everyMs, read } = gauge;
  let readAtMs = Number.NEGATIVE_INFINITY;
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const nowMs = clock.monotonicMs();
      if (nowMs - readAtMs < everyMs) return;
      readAtMs = nowMs;
      this.set(await read());
    },
  });
}

/**
 * Lets several gauges tell of one reading: those of one scrape are asked at the same time and get
 * the same answer. A gauge that another one sets would tell what was true at the scrape before.
 */
export function sharedRead<Reading>(read: () => Promise<Reading>): () => Promise<Reading> {
  let reading: Promise<Reading> | undefined;
  return () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

/** What of a metric's own is needed to ask it. */
interface Collecting {
  readonly labelNames: readonly string[];
  collect?: () => void | Promise<void>;
  reset(): void;
  remove(): void;
}

/**
 * Lets what cannot be read within `limitMs`, because what it is read from is away, be missing from a
 * scrape, in which everything else is told: most of all that it is away.
 */
export function boundScrapes(registry: Registry, limitMs: number): void {
  for (const metric of registry.getMetricsAsArray() as unknown as readonly Collecting[]) {
    const { collect } = metric;
    if (!collect) continue;
    metric.collect = async () => {
      try {
        await within(Promise.try(collect.bind(metric)), limitMs, "the scrape does not wait");
      } catch {
        // An old value would be taken for a new one.
        metric.reset();
        if (metric.labelNames.length === 0) metric.remove();
      }
    };
  }
}

export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

/** Serves `/metrics` and nothing else, on a port of its own that need not be public. */
export function serveMetrics({
  port,
  hostname,
  registry,
}: {
  readonly port: number;
  readonly hostname: string;
  readonly registry: Registry;
}): MetricsServer {
  const server = Bun.serve({
    port,
    hostname,
    reusePort: false,
    fetch: async ({ url, method }) => {
      const known = (method === "GET" || method === "HEAD") && new URL(url).pathname === "/metrics";
      if (!known) return new Response("not found\n", { status: 404 });
      const headers = { "content-type": registry.contentType };
      return new Response(await registry.metrics(), { headers });
    },
    error: () => new Response("internal error\n", { status: 500 }),
  });
  return {
    port: server.port ?? port,
    url: `http://${hostname}:${server.port}/metrics`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
