import { mkdirSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type NatsServer, startNats } from "@app/dev/infrastructure/nats-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { type PostgresServer, startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { openSmallDisk, type SmallDisk } from "@app/dev/infrastructure/small-disk.ts";
import { findNats, findPostgres } from "@app/dev/infrastructure.ts";
import { migrate, migrationsOf } from "@app/platform/migrate.ts";
import { temporaryCluster } from "@app/platform/testing/nats-cluster.ts";
import postgres from "postgres";
import type { ServiceName } from "./replica.ts";
import { type Exclusively, turns } from "./turns.ts";

/** The servers that the seeds of one run share, each seed with databases and streams of its own. */
export interface Stack extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly nats: readonly BrokerNode[];
  /** What Postgres and the one broker write to, where they were given disks that can be filled. */
  readonly disks: Disks | undefined;
  /** One a service, migrated, with stock. */
  createDatabases(): Promise<Databases>;
  /** An empty database that no migration has seen. */
  createEmptyDatabase(): Promise<string>;
}

export interface Disks {
  readonly postgres: SmallDisk;
  readonly nats: SmallDisk;
}

export interface StackOptions {
  readonly nodes?: 1 | 3;
  /** Gives Postgres and the one broker small disks. */
  readonly disks?: boolean;
}

export interface Databases {
  /** For the services: a role that is no superuser, so that limits of connections hold for it. */
  readonly ownersUrls: Readonly<Record<ServiceName, string>>;
  /** For whoever looks at them or breaks them. */
  readonly urls: Readonly<Record<ServiceName, string>>;
  drop(): Promise<void>;
}

export interface BrokerNode extends NatsServer {
  /** For the services' links: by way of what `isolate` cuts. */
  readonly linkUrl: string;
  /** Of the monitoring pages, where it has them. */
  readonly monitoringUrl: string | undefined;
  /** Cuts the node off from the others of its cluster, and from its clients too when told. */
  isolate(options: { readonly clients: boolean }): Promise<void>;
  rejoin(): Promise<void>;
  readonly exclusively: Exclusively;
}

export const serviceNames = ["orders", "inventory"] as const;

/** Where a service's work comes from. */
export const sources = {
  orders: { stream: "INVENTORY", durable: "orders-service" },
  inventory: { stream: "ORDERS", durable: "inventory-service" },
} as const;

const STOCK: readonly (readonly [sku: string, available: number])[] = [
  ["cola", 400],
  ["fries", 200],
  ["salad", 60],
  ["burger", 5],
];

/** Starts Postgres and one broker or a cluster of three, below `directory`, which goes with them. */
export async function startStack(
  directory: string,
  { nodes = 1, disks: wanted = false }: StackOptions = {},
): Promise<Stack> {
  await using started = new AsyncDisposableStack();
  mkdirSync(directory, { recursive: true });
  const disks = wanted && nodes === 1;
  const [database, nats] = await Promise.all([
    postgresIn(join(directory, "postgres"), { started, disks }),
    nodes === 1 ? oneBrokerIn(join(directory, "nats"), { started, disks }) : threeBrokers(started),
  ]);
  const { server } = database;
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
    nats: nats.nodes,
    disks: database.disk && nats.disk && { postgres: database.disk, nats: nats.disk },
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

interface Where {
  /** Disposes of what is started. */
  readonly started: AsyncDisposableStack;
  readonly disks: boolean;
}

const POSTGRES_DISK_BYTES = 700 * 1024 ** 2;
const BROKER_DISK_BYTES = 96 * 1024 ** 2;

async function postgresIn(
  directory: string,
  { started, disks }: Where,
): Promise<{ readonly server: PostgresServer; readonly disk?: SmallDisk }> {
  const program = await findPostgres();
  if (!disks) {
    return { server: started.use(await startPostgres({ program, directory, throwAway: true })) };
  }
  // The data directory is made first and then moved, because a disk that is mounted is not empty to it.
  const first = await startPostgres({ program, directory });
  await first[Symbol.asyncDispose]();
  const data = join(directory, "data");
  const bytes = POSTGRES_DISK_BYTES;
  const disk = started.use(await openSmallDisk({ directory: data, bytes }));
  await cp(data, disk.outside, { recursive: true });
  const options = { program, directory, port: first.port, disk, throwAway: true };
  return { server: started.use(await startPostgres(options)), disk };
}

interface Brokers {
  readonly nodes: readonly BrokerNode[];
  readonly disk?: SmallDisk;
}

async function oneBrokerIn(directory: string, { started, disks }: Where): Promise<Brokers> {
  const monitoringPort = await freePort();
  const program = await findNats();
  const store = { directory: join(directory, "jetstream"), bytes: BROKER_DISK_BYTES };
  const disk = disks ? started.use(await openSmallDisk(store)) : undefined;
  const entered = disk && { enter: disk.enter };
  const options = { program, directory, monitoringPort, throwAway: true, ...entered };
  const server = started.use(await startNats(options));
  const alone = async () => undefined;
  const node = Object.assign(server, {
    linkUrl: server.url,
    monitoringUrl: `http://127.0.0.1:${monitoringPort}`,
    isolate: alone,
    rejoin: alone,
    exclusively: turns(),
  });
  return { nodes: [node], ...(disk && { disk }) };
}

async function threeBrokers(started: AsyncDisposableStack): Promise<Brokers> {
  const { nodes } = started.use(await temporaryCluster());
  return {
    nodes: nodes.map(({ server, url, isolate, rejoin }) =>
      Object.assign(server, {
        linkUrl: url,
        monitoringUrl: undefined,
        isolate,
        rejoin,
        exclusively: turns(),
      }),
    ),
  };
}

const OWNER = "quickbite";

const templateOf = (service: ServiceName) => `faults_template_${service}`;

const databaseAt = (serverUrl: string, name: string) => new URL(`/${name}`, serverUrl).href;

/** The role that owns every database; returns its URL of the server. */
async function makeOwner(serverUrl: string, admin: postgres.Sql): Promise<string> {
  const url = new URL(serverUrl);
  url.username = OWNER;
  url.password = crypto.randomUUID();
  // A utility statement takes no parameters, a session's setting does.
  await admin`select set_config('faults.owner', ${OWNER}, false),
    set_config('faults.password', ${url.password}, false)`;
  await admin`do $$ begin
    execute format('create role %I login password %L',
      current_setting('faults.owner'), current_setting('faults.password'));
  end $$`;
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
