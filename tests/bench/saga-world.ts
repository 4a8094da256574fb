import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import type { Bench, BenchDatabase } from "./bench.ts";
import { type BrokerView, viewBroker } from "./jetstream-admin.ts";
import { fillMenu } from "./stock.ts";

/** Orders and inventory as in production, one process each, on a broker of their own. */
export interface SagaWorld extends AsyncDisposable {
  readonly orders: RunningService;
  readonly inventory: RunningService;
  readonly databases: SagaDatabases;
  readonly view: BrokerView;
  /** Resolves once no message waits anywhere. Rejects when that takes too long. */
  settled(): Promise<void>;
  /** What there is in both databases by now. */
  totals(): Promise<SagaTotals>;
}

export interface SagaDatabases {
  readonly orders: BenchDatabase;
  readonly inventory: BenchDatabase;
}

/** Each whole saga adds one to every one of them. */
export interface SagaTotals {
  readonly "orders CONFIRMED": number;
  readonly "reservations CONSUMED": number;
  readonly "pieces consumed": number;
  readonly "messages of orders, halved": number;
  readonly "messages of inventory": number;
}

const SETTLED_MAX_MS = 120_000;
const POLL_MS = 10;

/** Two new databases with a menu. */
export async function sagaDatabases(bench: Bench): Promise<SagaDatabases> {
  const databases = {
    orders: await bench.database("orders"),
    inventory: await bench.database("inventory"),
  };
  await fillMenu(databases.inventory.sql);
  return databases;
}

export async function openSagaWorld(bench: Bench, databases: SagaDatabases): Promise<SagaWorld> {
  await using opened = new AsyncDisposableStack();
  const broker = opened.use(await bench.broker());
  const view = opened.use(await viewBroker(broker.url));
  const start = async (name: keyof SagaDatabases) => {
    const environment = { DATABASE_URL: databases[name].url, NATS_URL: broker.url };
    const service = opened.use(await bench.service(name, environment));
    opened.defer(() => service.process.kill());
    return service;
  };
  const [orders, inventory] = await Promise.all([start("orders"), start("inventory")]);
  const owned = opened.move();
  return {
    orders,
    inventory,
    databases,
    view,
    settled: () => settled(databases, view),
    totals: () => totalsIn(databases, view),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Looked through in the order of a saga, twice: what one look missed is behind it in the next. */
async function settled({ orders, inventory }: SagaDatabases, view: BrokerView): Promise<void> {
  const isEmpty = async ({ sql }: BenchDatabase) =>
    (await sql`select from outbox order by id limit 1`).length === 0;
  const isQuiet = async () =>
    (await isEmpty(orders)) &&
    (await view.waiting("ORDERS", "inventory-service")) === 0 &&
    (await isEmpty(inventory)) &&
    (await view.waiting("INVENTORY", "orders-service")) === 0;
  await eventually(async () => (await isQuiet()) && (await isQuiet()), {
    deadlineMs: SETTLED_MAX_MS,
    everyMs: POLL_MS,
  });
}

async function totalsIn(
  { orders, inventory }: SagaDatabases,
  view: BrokerView,
): Promise<SagaTotals> {
  const [placed] = await orders.sql<{ confirmed: number }[]>`
    select count(*)::int as confirmed from orders where status = 'CONFIRMED'`;
  const [kept] = await inventory.sql<{ consumed: number; pieces: number }[]>`
    select (select count(*)::int from reservations where state = 'CONSUMED') as consumed,
      (select sum(consumed)::int from items) as pieces`;
  return {
    "orders CONFIRMED": placed?.confirmed ?? 0,
    "reservations CONSUMED": kept?.consumed ?? 0,
    "pieces consumed": kept?.pieces ?? 0,
    "messages of orders, halved": (await view.lastSequence("ORDERS")) / 2,
    "messages of inventory": await view.lastSequence("INVENTORY"),
  };
}

/** What one round added. */
export function added(before: SagaTotals, after: SagaTotals): Readonly<Record<string, number>> {
  const names = Object.keys(after) as (keyof SagaTotals)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]]));
}
