import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ManagedServer } from "./infrastructure/managed-server.ts";
import { NATS_ADVICE, type NatsProgram, natsWays } from "./infrastructure/nats-binary.ts";
import { startNatsCluster } from "./infrastructure/nats-cluster.ts";
import { startNats } from "./infrastructure/nats-server.ts";
import { freePort, freePortNear } from "./infrastructure/ports.ts";
import {
  POSTGRES_ADVICE,
  type PostgresProgram,
  postgresWays,
} from "./infrastructure/postgres-binaries.ts";
import { type PostgresServer, startPostgres } from "./infrastructure/postgres-server.ts";
import { firstThatWorks, type Reporter } from "./infrastructure/ways.ts";

export interface InfrastructureOptions {
  /** Where everything is kept, such as `<repo>/.quickbite`. */
  readonly dataDir: string;
  /** The run's own directory below `dataDir`: `dev`, `test`, `bench`. Two purposes never meet. */
  readonly purpose: string;
  /** The ports to take when they are free; any free ones without. */
  readonly ports?: { readonly postgres: number; readonly nats: number };
  /** How many nodes of nats-server, which make a cluster when they are more than one; one unless told. */
  readonly brokers?: number;
  /** Off only where a test may lose its data in a power cut. */
  readonly durable?: boolean;
  /** Lets Postgres start sooner after a crash. */
  readonly quickRecovery?: boolean;
  /** Removes the data after the last stop. */
  readonly throwAway?: boolean;
  readonly report?: Partial<Reporter>;
}

export interface Infrastructure extends AsyncDisposable {
  readonly databaseUrl: string;
  /** A comma list where there are several nodes. */
  readonly natsUrl: string;
  /** Undefined when `DATABASE_URL` names a server of the engineer's own. */
  readonly postgres: ManagedServer | undefined;
  /** Every node; none when `NATS_URL` names servers of the engineer's own. */
  readonly nats: readonly BrokerServer[];
  stop(): Promise<void>;
}

export interface BrokerServer extends ManagedServer {
  readonly url: string;
}

/** A real Postgres and a real nats-server, or several, which end with this process, however it ends. */
export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const directory = join(options.dataDir, options.purpose);
  mkdirSync(directory, { recursive: true });
  const report = reporter(options.report);

  const started = await Promise.allSettled([
    postgresFor(options, directory, report),
    natsFor(options, directory, report),
  ]);
  const [postgres, nats] = started;
  if (postgres.status === "rejected" || nats.status === "rejected") {
    await Promise.all(
      started.map((each) => each.status === "fulfilled" && dispose(each.value.servers)),
    );
    const failures = started.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    throw failures.length === 1
      ? failures[0]
      : new AggregateError(failures, failures.map(messageOf).join("\n"));
  }

  const stop = async () => {
    await Promise.all([postgres.value, nats.value].map(({ servers }) => dispose(servers)));
  };
  return {
    databaseUrl: postgres.value.url,
    natsUrl: nats.value.url,
    postgres: postgres.value.servers[0],
    nats: nats.value.servers,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A Postgres that runs on this machine; searched once in a process. */
export function findPostgres(report: Partial<Reporter> = {}): Promise<PostgresProgram> {
  postgresProgram ??= firstThatWorks(
    { name: "Postgres", advice: POSTGRES_ADVICE },
    postgresWays,
    reporter(report),
  );
  return postgresProgram;
}

/** A nats-server that runs on this machine, fetched when there is none; searched once in a process. */
export function findNats(report: Partial<Reporter> = {}): Promise<NatsProgram> {
  natsProgram ??= firstThatWorks(
    { name: "nats-server", advice: NATS_ADVICE },
    natsWays,
    reporter(report),
  );
  return natsProgram;
}

let postgresProgram: Promise<PostgresProgram> | undefined;
let natsProgram: Promise<NatsProgram> | undefined;

async function postgresFor(
  options: InfrastructureOptions,
  directory: string,
  report: Reporter,
): Promise<{ url: string; servers: readonly PostgresServer[] }> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, servers: [] };
  const server = await startPostgres({
    program: await findPostgres(report),
    directory: join(directory, "postgres"),
    port: await portFor("Postgres", options.ports?.postgres, report),
    durable: options.durable ?? true,
    quickRecovery: options.quickRecovery ?? false,
    throwAway: options.throwAway ?? false,
  });
  return { url: server.url, servers: [server] };
}

async function natsFor(
  options: InfrastructureOptions,
  directory: string,
  report: Reporter,
): Promise<{ url: string; servers: readonly BrokerServer[] }> {
  const given = process.env.NATS_URL;
  if (given) return { url: given, servers: [] };
  const program = await findNats(report);
  const { brokers = 1, ports, throwAway = false } = options;
  if (brokers > 1) {
    const own: number[] = [];
    for (let node = 0; node < brokers; node += 1)
      own.push(await portFor(`nats-${node + 1}`, ports && ports.nats + node, report));
    const servers = await startNatsCluster({ program, directory, ports: own, throwAway });
    return { url: servers.map(({ url }) => url).join(","), servers };
  }
  const port = await portFor("nats-server", ports?.nats, report);
  const server = await startNats({ program, directory: join(directory, "nats"), port, throwAway });
  return { url: server.url, servers: [server] };
}

async function portFor(
  server: string,
  usual: number | undefined,
  report: Reporter,
): Promise<number> {
  if (usual === undefined) return freePort();
  const port = await freePortNear(usual);
  if (port !== usual) report.log(`port ${usual} is taken: ${server} listens on ${port}`);
  return port;
}

async function dispose(servers: readonly ManagedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}

function reporter({ log, onProgress }: Partial<Reporter> = {}): Reporter {
  return { log: log ?? (() => undefined), onProgress: onProgress ?? (() => undefined) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
