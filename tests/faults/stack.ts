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
  /** One a service, migrated, with stock. */
  createDatabases(): Promise<Databases>;
  /** An empty database that no migration has seen. */
  createEmptyDatabase(): Promise<string>;
}

export interface Databases {
  /** For the services: a role that is no superuser, so that limits of connections hold for it. */
  readonly ownersUrls: Readonly<Record<ServiceName, string>>;
  /** For whoever looks at them or breaks them. */
  readonly urls: Readonly<Record<ServiceName, string>>;
  drop(): Promise<void>;
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
  const ownersUrl = await makeOwner(server.url, admin);
  await makeTemplates(ownersUrl, admin);

  const create = async (label: string, template: string) => {
    const name = `faults_${label}_${crypto.randomUUID().slice(0, 8)}`;
    await admin`create database ${admin(name)} template ${admin(template)} owner ${admin(OWNER)}`;
    return name;
  };
  const owned = started.move();
  return {
    postgres: server,
    nats: [broker],
    async createDatabases() {
      const names = {
        orders: await create("orders", templateOf("orders")),
        inventory: await create("inventory", templateOf("inventory")),
      };
      const urlsAt = (url: string) => ({
        orders: databaseAt(url, names.orders),
        inventory: databaseAt(url, names.inventory),
      });
      return {
        urls: urlsAt(server.url),
        ownersUrls: urlsAt(ownersUrl),
        async drop() {
          for (const name of Object.values(names))
            await admin`drop database if exists ${admin(name)} with (force)`;
        },
      };
    },
    createEmptyDatabase: async () => databaseAt(ownersUrl, await create("empty", "template0")),
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

const OWNER = "quickbite";

const templateOf = (service: ServiceName) => `faults_template_${service}`;

const databaseAt = (serverUrl: string, name: string) => new URL(`/${name}`, serverUrl).href;

/** The role that owns every database; returns its URL of the server. */
async function makeOwner(serverUrl: string, admin: postgres.Sql): Promise<string> {
  const url = new URL(serverUrl);
  url.username = OWNER;
  url.password = crypto.randomUUID();
  await admin.unsafe(`create role ${OWNER} login password '${url.password}'`);
  return url.href;
}

async function makeTemplates(ownersUrl: string, admin: postgres.Sql): Promise<void> {
  for (const service of serviceNames) {
    const name = templateOf(service);
    await admin`create database ${admin(name)} owner ${admin(OWNER)}`;
    const url = databaseAt(ownersUrl, name);
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
