import {
  type Health,
  type HealthCheckResponse_ServingStatus as Status,
  HealthCheckResponse_ServingStatus as statuses,
} from "@app/contracts/gen/grpc/health/v1/health_pb.ts";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type { Clock } from "./clock.ts";

export interface HealthSettings {
  /** Names of the services that are asked about; they share one answer, being one process. */
  readonly services: readonly string[];
  /** Whether calls can be answered now. Asked often: it must not touch anything. */
  readonly serving: () => boolean;
  readonly clock: Clock;
}

/** How often a watcher's status is looked at again. */
const watchIntervalMs = 1_000;

/**
 * `grpc.health.v1.Health`, after the specification in grpc/doc/health-checking.md. The empty name
 * asks about the server as a whole.
 */
export function grpcHealth({
  services,
  serving,
  clock,
}: HealthSettings): ServiceImpl<typeof Health> {
  const known = new Set(["", ...services]);
  const statusOf = (service: string): Status => {
    if (!known.has(service)) return statuses.SERVICE_UNKNOWN;
    return serving() ? statuses.SERVING : statuses.NOT_SERVING;
  };

  return {
    check({ service }) {
      const status = statusOf(service);
      if (status !== statuses.SERVICE_UNKNOWN) return { status };
      throw new ConnectError("unknown service", Code.NotFound);
    },
    list() {
      const entries = [...known].map((service) => [service, { status: statusOf(service) }]);
      return { statuses: Object.fromEntries(entries) };
    },
    async *watch({ service }, { signal }) {
      let told: Status | undefined;
      while (!signal.aborted) {
        const status = statusOf(service);
        if (status !== told) yield { status };
        told = status;
        await clock.sleep(watchIntervalMs, signal);
      }
    },
  };
}
