import { systemClock as clock } from "@app/platform/clock.ts";
import type { Health } from "@app/platform/health.ts";
import { exportGauge, metricsRegistry } from "@app/platform/metrics.ts";
import { requestMeter } from "@app/platform/request-meters.ts";
import { exportHealthMetrics } from "@app/platform/service-metrics.ts";
import type { ServiceProxy } from "./proxy.ts";

/** What web exports: its process, what it is asked, how the services behind it are, and its streams. */
export function gatewayMetrics(
  service: string,
  {
    health,
    proxy,
  }: {
    readonly health: Pick<Health, "readiness">;
    readonly proxy: Pick<ServiceProxy, "streams">;
  },
) {
  const registry = metricsRegistry(service);
  const meter = requestMeter();
  const help = "Answers that go on through the gateway.";
  const read = async () => proxy.streams;
  exportGauge(registry, { name: "gateway_open_streams", help, everyMs: 0, read }, clock);
  exportHealthMetrics(registry, health);
  meter.exportTo(registry);
  return { registry, meter };
}
