import type { Service } from "./lifecycle.ts";
import type { Log } from "./log.ts";
import type { TracingSettings } from "./tracing-settings.ts";

/**
 * Tells a collector of the service's spans where the settings name one, until the service has closed
 * everything else. Without one the SDK is not even loaded.
 */
export async function traceWhereWanted(
  service: string,
  settings: TracingSettings,
  { onClose, log }: Pick<Service, "onClose"> & { readonly log: Log },
): Promise<void> {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: headers,
    OTEL_EXPORTER_OTLP_TIMEOUT: timeoutMs,
    OTEL_TRACES_SAMPLER_ARG: share,
  } = settings;
  if (endpoint === undefined) return;
  const { startTracing } = await import("./tracing-sdk.ts");
  onClose("traces", startTracing({ service, endpoint, headers, timeoutMs, share, log }));
}
