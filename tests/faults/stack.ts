import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ManagedServer } from "@app/dev/infrastructure/managed-server.ts";
import { startNats } from "@app/dev/infrastructure/nats-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { type PostgresServer, startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { findNats, findPostgres } from "@app/dev/infrastructure.ts";
import { migrate, migrationsOf } from "@app/platform/migrate.ts";
import postgres from "postgres";
import type { ServiceName } from "./replica.ts";

/** The servers that the seeds of one run share, each seed with databases and streams of its own. */
export interface Stack extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly nats: readonly BrokerNode[];
  /** Migrated, with stock; dropped by `dropDatabases`. */
  createDatabases(): Promise<Readonly<Record<ServiceName, string>>>;
  dropDatabases(urls: Readonly<Record<ServiceName, string>>): Promise<void>;
  /** An empty database that no migration has seen. */
  createEmptyDatabase(): Promise<string>;
}

export interface BrokerNode extends ManagedServer {
  readonly url: string;
  /** Of the monitoring pages. */
  readonly monitoringUrl: string;
}

export const serviceNames = ["orders", "inventory"] as const;

const STOCK: readonly (readonly [sku: string, available: number])[] = [
  ["cola", 400],
  ["fries", 200],
  ["salad", 60],
  ["burger", 5],
];

/** Starts Postgres and as many brokers, below `directory`, which goes with them. */
export async function startStack(directory: string): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  mkdirSync(directory, { recursive: true });
  const [server, broker] = await Promise.all([
    startPostgresIn(join(directory, "postgres")),
    startBrokerIn(join(directory, "nats")),
  ]);
  started.use(server);
  started.use(broker);
  const admin = postgres(server.url, { max: 1, idle_timeout: 2, onnotice: () => undefined });
  started.defer(() => admin.end({ timeout: 1 }));
  await makeTemplates(server.url, admin);

  const urlOf = (name: string) => new URL(`/${name}`, server.url).href;
  const create = async (label: string, template: string) => {
    const name = `faults_${label}_${crypto.randomUUID().slice(0, 8)}`;
    await admin`create database ${admin(name)} template ${admin(template)}`;
    return urlOf(name);
  };
  const owned = started.move();
  return {
    postgres: server,
    nats: [broker],
    createDatabases: async () => ({
      orders: await create("orders", templateOf("orders")),
      inventory: await create("inventory", templateOf("inventory")),
    }),
    async dropDatabases(urls) {
      for (const url of Object.values(urls))
        await admin`drop database if exists ${admin(new URL(url).pathname.slice(1))} with (force)`;
    },
    createEmptyDatabase: () => create("empty", "template0"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startPostgresIn(directory: string): Promise<PostgresServer> {
  return startPostgres({ program: await findPostgres(), directory, throwAway: true });
}

async function startBrokerIn(directory: string): Promise<BrokerNode> {
  const monitoringPort = await freePort();
  const program = await findNats();
  const server = await startNats({ program, directory, monitoringPort, throwAway: true });
  return Object.assign(server, { monitoringUrl: `http://127.0.0.1:${monitoringPort}` });
}

const templateOf = (service: ServiceName) => `faults_template_${service}`;

async function makeTemplates(serverUrl: string, admin: postgres.Sql): Promise<void> {
  for (const service of serviceNames) {
    const name = templateOf(service);
    await admin`create database ${admin(name)}`;
    const url = new URL(`/${name}`, serverUrl).href;
    await migrate(url, migrationsOf(service));
    if (service === "inventory") await fillStock(url);
  }
}

async function fillStock(url: string): Promise<void> {
  const client = postgres(url, { max: 1 });
  for (const [sku, available] of STOCK)
    await client`
      insert into items (sku, name, price_cents, initial, available)
      values (${sku}, ${sku}, 100, ${available}, ${available})`;
  await client.end();
}

/** The directory of this repository's throw-away servers and logs. */
export const faultsDirectory = resolve(import.meta.dir, "../../.quickbite/faults");
