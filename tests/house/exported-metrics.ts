import { bookings } from "@app/bookings/service.ts";
import { streams } from "@app/contracts/topology.ts";
import { events } from "@app/events/service.ts";
import { inventory } from "@app/inventory/service.ts";
import { orders } from "@app/orders/service.ts";
import {
  countedEverywhere,
  type OwnMetrics,
  serviceRegistry,
} from "@app/platform/exported-metrics.ts";
import { reviews } from "@app/reviews/service.ts";
import { users } from "@app/users/service.ts";
import { gatewayMetrics } from "@app/web/gateway/gateway-metrics.ts";

/** A metric as its registry declares it. */
export interface ExportedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly labels: readonly string[];
}

type Registry = ReturnType<typeof serviceRegistry>;

/**
 * Stands for whatever a service is given. Nothing of it is used as long as nobody calls the service
 * or scrapes it.
 */
const unused: never = new Proxy(() => unused, {
  get: (_, name) => (name === "then" ? undefined : unused),
}) as never;

const given = { db: unused, broker: unused, clock: unused, random: unused, log: unused };

/** What each service with a database exports beside what all of them do. */
const services: Readonly<Record<string, OwnMetrics>> = {
  orders: orders({
    ...given,
    deadlineMs: 900_000,
    outboxMax: 1,
    why: { inventoryUrl: undefined },
    stopping: unused,
  }),
  inventory: inventory(given),
  events: events(given),
  bookings: bookings({ ...given, seal: unused, holdMs: 300_000, holdsMax: 1 }),
  users: users(unused),
  reviews: reviews({ ...given, authors: unused, writesMax: 1 }),
};

let exported: ReadonlyMap<string, readonly ExportedMetric[]> | undefined;

/** Every service by name, with all that it exports. */
export function exportedMetrics(): ReadonlyMap<string, readonly ExportedMetric[]> {
  exported ??= readRegistries();
  return exported;
}

function readRegistries(): ReadonlyMap<string, readonly ExportedMetric[]> {
  const registries = Object.entries(services).map(([name, own]): [string, Registry] => [
    name,
    registryOf(name, own),
  ]);
  const web = gatewayMetrics("web", { health: unused, proxy: unused }).registry;
  return new Map(
    [...registries, ["web", web] as const].map(([name, registry]) => [name, metricsIn(registry)]),
  );
}

function registryOf(service: string, own: OwnMetrics): Registry {
  return serviceRegistry({
    own,
    counted: countedEverywhere(),
    health: unused,
    core: { inspected: { service, broker: unused, streams }, isLeading: unused },
    pools: { requests: unused, core: unused },
  });
}

const types = ["counter", "gauge", "histogram", "summary"] as const;

function metricsIn(registry: Registry): readonly ExportedMetric[] {
  return registry
    .getMetricsAsArray()
    .map((metric): ExportedMetric => {
      const {
        name,
        help,
        type,
        labelNames = [],
      } = metric as typeof metric & {
        readonly type: ExportedMetric["type"] | number;
        readonly labelNames?: readonly string[];
      };
      const known = typeof type === "number" ? types[type] : type;
      if (!known) throw new Error(`${name} is of no known type`);
      return { name, help, type: known, labels: labelNames };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
