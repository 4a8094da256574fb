import { streams } from "@app/contracts/topology.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { systemClock } from "@app/platform/clock.ts";
import { type JetStreamBroker, openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { keyedBroker, testUser } from "@app/platform/testing/keyed-broker.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import {
  type RunningService,
  type ServiceOptions,
  startService,
} from "@app/platform/testing/service.ts";
import postgres from "postgres";
import { type Customer, customerOf } from "./customer.ts";

/** The two services with all they need, each replica a process of its own, and nothing shared with other tests. */
export interface QuickBite extends AsyncDisposable, Customer {
  readonly orders: Replicas;
  readonly inventory: Replicas;
  readonly nats: TemporaryBroker;
  /** For looking at streams and publishing to them past the services. */
  readonly broker: JetStreamBroker;
  /** What the broker refused to a service; always nothing where it knows no keys. */
  refusedByBroker(): readonly string[];
  /** For looking at the services' tables past the services. */
  readonly sql: { readonly orders: postgres.Sql; readonly inventory: postgres.Sql };
}

/** One at least. */
export type Replicas = readonly [RunningService, ...RunningService[]];

export interface QuickBiteOptions {
  /** How many processes each service has. */
  readonly replicas?: 1 | 2;
  /** What orders reads from its environment, beside what it cannot run without. */
  readonly ordersSettings?: Readonly<Record<string, string>>;
  readonly inventorySettings?: Readonly<Record<string, string>>;
  /** Another way from the services to the broker, such as through a proxy. */
  readonly natsThrough?: (url: string) => string | Promise<string>;
  /** Keeps the broker's store on a disk of that size. */
  readonly brokerDiskBytes?: number;
  /** Databases elsewhere than on the server that tests share. */
  readonly databases?: DatabaseUrls;
  /** Lets each service do at the broker what an installation lets it do, and no more. */
  readonly keys?: boolean;
}

export interface DatabaseUrls {
  readonly orders: string;
  readonly inventory: string;
}

/** Opens a QuickBite with its first stock: burger 5, pizza 10. Ready to take orders; ids begin at 1. */
export async function openQuickBite({
  replicas = 1,
  ordersSettings = {},
  inventorySettings = {},
  natsThrough = (url) => url,
  brokerDiskBytes,
  databases,
  keys = false,
}: QuickBiteOptions = {}): Promise<QuickBite> {
  await using opened = new AsyncDisposableStack();
  const urls = databases ?? (await ownDatabases(opened));
  const keyed = keys ? opened.use(await keyedBroker(streams)) : undefined;
  const nats = keyed ?? opened.use(await temporaryBroker({ diskBytes: brokerDiskBytes }));
  const user = keyed && { name: testUser, seed: keyed.seedOf(testUser) };
  const servers = [nats.url];
  const broker = openJetStream({ servers, name: "end to end", user, clock: systemClock });
  opened.defer(() => broker.close());
  const sql = {
    orders: clientOf(urls.orders, opened),
    inventory: clientOf(urls.inventory, opened),
  };

  const natsUrl = await natsThrough(nats.url);
  // Orders is told where inventory is before it is there: neither waits for the other.
  const inventoryPort = await freePort();
  const all = {
    orders: { INVENTORY_URL: `http://127.0.0.1:${inventoryPort}`, ...ordersSettings },
    inventory: inventorySettings,
  };
  const start = async (
    name: "orders" | "inventory",
    options: ServiceOptions = {},
  ): Promise<RunningService> => {
    const servers = { DATABASE_URL: urls[name], NATS_URL: natsUrl, ...keyed?.settingsOf(name) };
    const environment = { ...servers, ...all[name] };
    const service = opened.use(await startService(name, environment, options));
    // A test that is over has nothing in flight that is worth a drain.
    opened.defer(() => service.process.kill());
    return service;
  };
  const [first, second, third, fourth] = await Promise.all([
    start("orders"),
    start("inventory", { port: inventoryPort }),
    ...(replicas === 2 ? [start("orders"), start("inventory")] : []),
  ]);
  const orders: Replicas = third ? [first, third] : [first];
  const inventory: Replicas = fourth ? [second, fourth] : [second];

  const owned = opened.move();
  return {
    orders,
    inventory,
    nats,
    broker,
    refusedByBroker: () => keyed?.violations() ?? [],
    sql,
    ...customerOf({ orders, inventory }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function ownDatabases(stack: AsyncDisposableStack): Promise<DatabaseUrls> {
  const [orders, inventory] = await Promise.all([
    temporaryDatabase("orders"),
    temporaryDatabase("inventory"),
  ]);
  stack.use(orders);
  stack.use(inventory);
  return { orders: orders.url, inventory: inventory.url };
}

function clientOf(url: string, stack: AsyncDisposableStack): postgres.Sql {
  const client = postgres(url, { max: 2, onnotice: () => undefined });
  stack.defer(() => client.end({ timeout: 1 }));
  return client;
}
