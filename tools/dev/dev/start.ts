import { basename, dirname } from "node:path";
import { type Infrastructure, startInfrastructure } from "../infrastructure.ts";
import { freshContracts } from "./contracts.ts";
import { checkpoint, type DatabaseChange, prepareDatabases } from "./databases.ts";
import type { DevOptions } from "./options.ts";
import type { Phases } from "./phases.ts";
import {
  hasDatabase,
  INFRASTRUCTURE_PORTS,
  planReplicas,
  type Replica,
  runnableServices,
} from "./service-plan.ts";
import { lineOf, prepareStreams } from "./streams.ts";

export interface Foundation {
  readonly infrastructure: Infrastructure;
  readonly replicas: readonly Replica[];
}

export interface Start {
  readonly repository: string;
  readonly dataDir: string;
  /** The run's own directory. */
  readonly directory: string;
  readonly options: DevOptions;
  readonly phases: Phases;
  /** Told as soon as there are servers to stop, although the start goes on. */
  readonly onServers: (servers: Promise<Infrastructure>) => void;
}

/** Everything that the services need: fresh contracts, free ports, servers, tables and streams. */
export async function startFoundation(start: Start): Promise<Foundation> {
  const { repository, options, phases } = start;
  const services = runnableServices(repository);
  const withDatabase = services.filter((service) => hasDatabase(repository, service));
  const [{ replicas }, , { infrastructure }] = await Promise.all([
    phases.run("ports", async () => {
      const replicas = await planReplicas(services, options.replicas, phases.note);
      return {
        replicas,
        told: replicas.map(({ ports }) => Object.values(ports).join(" ")).join("  "),
      };
    }),
    phases.run("contracts", async () => {
      const changed = await freshContracts(repository, start.dataDir);
      return { told: changed ? "generated anew into proto/gen" : "the generated code is fresh" };
    }),
    phases.run("servers", () => startServers(start)),
  ]);
  const { databaseUrl, natsUrl } = infrastructure;
  await Promise.all([
    phases.run("migrations", async () => {
      const changes = await prepareDatabases(repository, databaseUrl, withDatabase);
      if (options.cluster && infrastructure.postgres) await checkpoint(databaseUrl);
      return { told: difference(changes.flatMap(linesOf)) };
    }),
    phases.run("streams", async () => {
      const changes = await prepareStreams(natsUrl, { copies: options.brokers });
      return { told: difference(changes.map(lineOf)) };
    }),
  ]);
  return { infrastructure, replicas };
}

async function startServers({ directory, options, phases, onServers }: Start) {
  const servers = startInfrastructure({
    dataDir: dirname(directory),
    purpose: basename(directory),
    ports: INFRASTRUCTURE_PORTS,
    brokers: options.brokers,
    durable: !options.ephemeral,
    // There is one Postgres: what is killed with it waits until it is back.
    quickRecovery: options.cluster,
    throwAway: options.ephemeral,
    report: phases.report,
  });
  onServers(servers);
  const infrastructure = await servers;
  const own = [infrastructure.postgres, ...infrastructure.nats].flatMap((server) =>
    server ? [`${server.name} on ${server.port}`] : [],
  );
  const given = [
    ...(infrastructure.postgres ? [] : ["Postgres of DATABASE_URL"]),
    ...(infrastructure.nats.length > 0 ? [] : ["nats-server of NATS_URL"]),
  ];
  return { infrastructure, told: [...own, ...given].join(", ") };
}

function linesOf({ database, created, applied }: DatabaseChange): string[] {
  return [
    ...(created ? [`+ database ${database}`] : []),
    ...applied.map((name) => `+ ${database} ${name}`),
  ];
}

function difference(lines: readonly string[]): string {
  return lines.length === 0
    ? "nothing to change"
    : [`${lines.length} changed`, ...lines].join("\n");
}
