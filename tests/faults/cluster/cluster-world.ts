import { streams } from "@app/contracts/topology.ts";
import { systemClock } from "@app/platform/clock.ts";
import { type JetStreamBroker, openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { applyTopology } from "@app/platform/messaging/topology.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type TemporaryCluster, temporaryCluster } from "@app/platform/testing/nats-cluster.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import postgres from "postgres";
import { type Customer, customerOf } from "../../e2e/customer.ts";

/** Both services on a cluster of three brokers, every stream kept by all three. */
export interface ClusterWorld extends AsyncDisposable, Customer {
  readonly cluster: TemporaryCluster;
  readonly orders: RunningService;
  readonly inventory: RunningService;
  /** Straight to the brokers, past the links. */
  readonly broker: JetStreamBroker;
  readonly sql: { readonly orders: postgres.Sql; readonly inventory: postgres.Sql };
}

/** The probe's dish: there is always enough of it. */
export const dish = "probe";
const DISHES = 1_000_000;
const ELECTED_DEADLINE_MS = 60_000;

export async function openClusterWorld(): Promise<ClusterWorld> {
  await using opened = new AsyncDisposableStack();
  const [cluster, ordersDatabase, inventoryDatabase] = await Promise.all([
    temporaryCluster(),
    temporaryDatabase("orders"),
    temporaryDatabase("inventory"),
  ]);
  for (const each of [ordersDatabase, inventoryDatabase, cluster]) opened.use(each);
  const broker = openJetStream({
    servers: cluster.nodes.map(({ server }) => server.url),
    name: "cluster world",
    clock: systemClock,
  });
  opened.defer(() => broker.close());
  // A new cluster elects its first leader for some seconds, in which it answers nobody.
  await eventually(
    async () => applyTopology(await broker.connection(5_000), streams, { replicas: 3 }),
    { deadlineMs: ELECTED_DEADLINE_MS },
  );

  const client = (url: string) => {
    const sql = postgres(url, { max: 2, onnotice: () => undefined });
    opened.defer(() => sql.end({ timeout: 1 }));
    return sql;
  };
  const sql = { orders: client(ordersDatabase.url), inventory: client(inventoryDatabase.url) };
  const start = async (name: string, databaseUrl: string) => {
    const service = await startService(name, {
      DATABASE_URL: databaseUrl,
      NATS_URL: cluster.url,
      STREAM_REPLICAS: "3",
    });
    opened.use(service);
    opened.defer(() => service.process.kill());
    return service;
  };
  const [orders, inventory] = await Promise.all([
    start("orders", ordersDatabase.url),
    start("inventory", inventoryDatabase.url),
  ]);
  const customer = customerOf({ orders: [orders], inventory: [inventory] });
  await customer.addItem(dish, DISHES);

  const owned = opened.move();
  return {
    ...customer,
    cluster,
    orders,
    inventory,
    broker,
    sql,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
