import type { Registry } from "prom-client";
import { systemClock as clock } from "./clock.ts";
import type { Health } from "./health.ts";
import { exportBrokerMetrics } from "./messaging/broker-metrics.ts";
import { exportCheckMetrics } from "./messaging/check-metrics.ts";
import type { Inspected } from "./messaging/messaging.ts";
import { type MessagingMeters, messagingMeters } from "./messaging/messaging-meters.ts";
import { exportMessagingMetrics } from "./messaging/messaging-metrics.ts";
import type { Meter } from "./meters.ts";
import { boundScrapes, exportGauge, metricsRegistry, type ServiceGauge } from "./metrics.ts";
import type { Pool } from "./postgres.ts";
import { type RequestMeters, requestMeters } from "./request-meters.ts";
import { exportSagaMetrics, type OpenSagas } from "./saga-metrics.ts";
import { exportHealthMetrics, exportPoolMetrics } from "./service-metrics.ts";

/** What is counted as it happens, in every service. */
export interface CountedEverywhere {
  readonly edge: RequestMeters;
  readonly messages: MessagingMeters;
}

/** One of each for a process. */
export const countedEverywhere = (): CountedEverywhere => ({
  edge: requestMeters(),
  messages: messagingMeters(),
});

/** What a service exports of its own. */
export interface OwnMetrics {
  /** What of its own it has begun and not decided. */
  readonly sagas?: OpenSagas;
  readonly gauges?: readonly ServiceGauge[];
  /** What it counts as it happens. */
  readonly meters?: readonly Meter[];
}

/** The parts that tell of themselves when they are scraped. */
export interface Measured {
  readonly own: OwnMetrics;
  readonly counted: CountedEverywhere;
  readonly health: Pick<Health, "readiness">;
  readonly core: {
    readonly inspected: Pick<Inspected, "service" | "broker" | "streams">;
    isLeading(): boolean;
  };
  readonly pools: { readonly requests: Pool; readonly core: Pool };
}

/** Less than a scrape may take, and more than anything takes that is well. */
const readWithinMs = 3_000;

/** The registry of a service with all that it exports. */
export function serviceRegistry(measured: Measured): Registry {
  const { own, counted, health, core, pools } = measured;
  const { service, broker, streams } = core.inspected;
  const registry = metricsRegistry(service);
  exportHealthMetrics(registry, health);
  exportPoolMetrics(registry, pools);
  exportMessagingMetrics(registry, pools.core, core.isLeading);
  exportCheckMetrics(registry, pools.core);
  const owned = streams.filter(({ owner }) => owner === service).map(({ name }) => name);
  // Whoever owns a stream tells of its listeners too: one that is away cannot tell that it is.
  const listening = streams.flatMap(({ name: stream, durables }) =>
    durables.map(({ name: durable }) => ({ stream, durable })),
  );
  exportBrokerMetrics(registry, { broker, consumers: listening, streams: owned });
  if (own.sagas) exportSagaMetrics(registry, own.sagas);
  for (const gauge of own.gauges ?? []) exportGauge(registry, gauge, clock);

  const { requests, calls } = counted.edge;
  const meters = [requests, calls, ...counted.messages.all, ...(own.meters ?? [])];
  for (const meter of meters) meter.exportTo(registry);
  boundScrapes(registry, readWithinMs);
  return registry;
}
