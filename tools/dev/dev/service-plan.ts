import { readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, freePortNear } from "../infrastructure/ports.ts";

/** The ports that people's scripts know; a service that is not here runs on free ones. */
const CONTRACT_PORTS: Readonly<Record<string, ServicePorts>> = {
  web: { main: 3000, metrics: 9105 },
  orders: { main: 8080, metrics: 9100 },
  inventory: { main: 8090, grpc: 9090, metrics: 9101 },
  events: { main: 8181, metrics: 9102 },
  bookings: { main: 8282, metrics: 9103 },
  users: { main: 8383, metrics: 9104 },
  reviews: { main: 8484, metrics: 9106 },
};

export const INFRASTRUCTURE_PORTS = { postgres: 5432, nats: 4222 };

export interface ServicePorts {
  readonly main: number;
  readonly metrics: number;
  /** Only where the service speaks native gRPC. */
  readonly grpc?: number;
}

/** One process to run. */
export interface Replica {
  /** `orders`, and `orders-2` for the second of it. */
  readonly name: string;
  readonly service: string;
  readonly ports: ServicePorts;
}

/** Every folder of `services/` that has a main.ts. */
export function runnableServices(repository: string): string[] {
  const mains = new Bun.Glob("*/main.ts").scanSync(join(repository, "services"));
  return [...mains].map((path) => path.split("/")[0] ?? path).sort(byContract);
}

/** Whether a service has a database of its own. */
export function hasDatabase(repository: string, service: string): boolean {
  return readdirSync(join(repository, "drizzle")).includes(service);
}

/**
 * N of each service: the first on the contract's ports, or on free ones where those are taken,
 * which `log` then tells; the others on free ones.
 */
export async function planReplicas(
  services: readonly string[],
  count: number,
  log: (line: string) => void,
): Promise<Replica[]> {
  const firsts = await Promise.all(
    services.map(async (service) => ({
      name: service,
      service,
      ports: await contractPorts(service, log),
    })),
  );
  const others = services.flatMap((service) =>
    Array.from({ length: count - 1 }, async (_, index) => ({
      name: `${service}-${index + 2}`,
      service,
      ports: await freePorts(service),
    })),
  );
  return [...firsts, ...(await Promise.all(others))];
}

async function contractPorts(service: string, log: (line: string) => void): Promise<ServicePorts> {
  const wanted = CONTRACT_PORTS[service];
  if (!wanted) return freePorts(service);
  const near = async (what: string, port: number) => {
    const found = await freePortNear(port);
    if (found !== port) log(`port ${port} is taken: ${what} listens on ${found}`);
    return found;
  };
  return {
    main: await near(service, wanted.main),
    metrics: await near(`the metrics page of ${service}`, wanted.metrics),
    ...(wanted.grpc && { grpc: await near(`gRPC of ${service}`, wanted.grpc) }),
  };
}

async function freePorts(service: string): Promise<ServicePorts> {
  const hasGrpc = CONTRACT_PORTS[service]?.grpc !== undefined;
  return {
    main: await freePort(),
    metrics: await freePort(),
    ...(hasGrpc && { grpc: await freePort() }),
  };
}

/** In the contract's order; what it does not know comes last. */
function byContract(a: string, b: string): number {
  const known = Object.keys(CONTRACT_PORTS);
  const place = (name: string) => (known.indexOf(name) + known.length + 1) % (known.length + 1);
  return place(a) - place(b) || a.localeCompare(b);
}
