import { inventoryInvariants } from "@app/inventory/store/invariants.ts";
import { reservationsLedger } from "@app/inventory/store/ledger.ts";
import { orderInvariants } from "@app/orders/store/invariants.ts";
import { ordersLedger } from "@app/orders/store/ledger.ts";
import {
  type CoreInvariantOptions,
  coreInvariants,
} from "@app/platform/messaging/core-invariants.ts";
import type { Invariant, Ledger, LedgerRow } from "@app/platform/messaging/invariant.ts";
import { inSnapshot } from "@app/platform/messaging/verify.ts";
import { type Database, openPool } from "@app/platform/postgres.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { difference } from "@app/qb/verify-pairs.ts";
import type postgres from "postgres";
import type { QuickBite } from "./quickbite.ts";

const SETTLED_DEADLINE_MS = 30_000;

/** What the promises are read from. */
export type Evidence = Pick<QuickBite, "sql" | "broker" | "acceptedIds">;

/** Waits until there is nothing left to do: every order decided, every message sent, handled and acknowledged. */
export async function settled(
  { sql, broker }: Evidence,
  { deadlineMs = SETTLED_DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<void> {
  const undone = async () => {
    const [pending] = await sql.orders`select count(*)::int from orders where status = 'PENDING'`;
    const counts: Record<string, unknown> = { pending: pending?.count };
    for (const [service, stream] of [
      ["orders", "INVENTORY"],
      ["inventory", "ORDERS"],
    ] as const) {
      const [left] = await sql[service]`
        select (select count(*)::int from outbox) as outbox,
          (select count(*)::int from parked) as parked`;
      const durable = await broker.durableState(stream, `${service}-service`);
      counts[service] = {
        ...left,
        undelivered: durable?.pending,
        unacknowledged: durable?.unacknowledged,
      };
    }
    return counts;
  };
  const nothing = { outbox: 0, parked: 0, undelivered: 0, unacknowledged: 0 };
  const done = JSON.stringify({ pending: 0, orders: nothing, inventory: nothing });
  await eventually(
    async () => {
      const left = JSON.stringify(await undone());
      if (left !== done) throw new Error(`still to do: ${left}`);
    },
    { deadlineMs, everyMs: 50 },
  );
}

/**
 * What was promised and is not so, in words: empty when all is well. To be asked once everything
 * has settled. Asks the two databases what `qb verify` asks the services, and compares them with what
 * customers were told; at rest nothing may wait any more either.
 */
export async function brokenPromises(world: Evidence): Promise<readonly string[]> {
  const { orders, inventory } = world.sql;
  await using ordersDb = databaseOf(orders);
  await using inventoryDb = databaseOf(inventory);
  const found = await Promise.all([
    brokenOrders(world.acceptedIds, ordersDb, inventoryDb),
    brokenInvariants(ordersDb, ordersInvariants),
    brokenInvariants(inventoryDb, inventorysInvariants),
    troubled(orders, "orders"),
    troubled(inventory, "inventory"),
    unheard(orders, inventory),
    unheard(inventory, orders),
  ]);
  return found.flat();
}

const coreOf = (service: string, stream: string, consumer: string): CoreInvariantOptions => ({
  service,
  streams: [stream, "DEAD_LETTERS"],
  keyed: [consumer],
  connectionsMax: { requests: 10, core: 4 },
});

const ordersInvariants = [
  ...coreInvariants(coreOf("orders", "ORDERS", "orders-service")),
  ...orderInvariants({ deadlineMs: 900_000 }),
];
const inventorysInvariants = [
  ...coreInvariants(coreOf("inventory", "INVENTORY", "inventory-service")),
  ...inventoryInvariants,
];

/** Read as its service reads it, over connections of its own. */
function databaseOf({ options }: postgres.Sql): Database & AsyncDisposable {
  const { host, port, database, user, pass } = options;
  const url = `postgres://${user}:${pass ?? ""}@${host[0]}:${port[0]}/${database}`;
  const pool = openPool({ url, connectionsMax: 2, name: "promises" });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close(5_000) });
}

const rowsMax = 20_000;
const pagesMax = 1_000;

/** What a killed process or a cut link left behind is gone as soon as the server hears of it. */
const passing: ReadonlySet<string> = new Set(["connections-bounded", "transactions-short"]);
const PASSED_DEADLINE_MS = 10_000;

/** Every slice of every invariant. */
async function brokenInvariants(
  db: Database,
  invariants: readonly Invariant[],
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const invariant of invariants) {
    let found = await breachesOf(db, invariant);
    const giveUpAt = performance.now() + PASSED_DEADLINE_MS;
    while (passing.has(invariant.name) && found.length > 0 && performance.now() < giveUpAt) {
      await Bun.sleep(100);
      found = await breachesOf(db, invariant);
    }
    broken.push(...found);
  }
  return broken;
}

async function breachesOf(db: Database, { name, look }: Invariant): Promise<readonly string[]> {
  const broken: string[] = [];
  let cursor: string | undefined;
  for (let slices = 0; slices < pagesMax; slices += 1) {
    const slice = { cursor, rowsMax, breachesMax: 100, sentKeepMs: 172_800_000 };
    const { breaches, next } = await inSnapshot(db, (tx) => look(tx, slice));
    broken.push(...breaches.map(({ about, problem }) => `${name}: ${about}: ${problem}`));
    if (next === undefined) break;
    cursor = next;
  }
  return broken;
}

/** An order is kept and decided, and CONFIRMED exactly when its very lines are reserved or consumed. */
async function brokenOrders(
  acceptedIds: Evidence["acceptedIds"],
  ordersDb: Database,
  inventoryDb: Database,
): Promise<readonly string[]> {
  const orders = await allOf(ordersDb, ordersLedger);
  const reservations = await allOf(inventoryDb, reservationsLedger);
  const lost = [...acceptedIds]
    .filter((id) => !orders.has(String(id)))
    .map((id) => `order ${id} was accepted and is lost`);
  const undecided = [...orders.values()]
    .filter(({ state }) => state === "PENDING")
    .map(({ id }) => `order ${id} is undecided`);
  const different = [...new Set([...orders.keys(), ...reservations.keys()])].flatMap((id) => {
    const problem = difference(orders.get(id), reservations.get(id));
    return problem === undefined ? [] : [`order ${id}: ${problem}`];
  });
  return [...lost, ...undecided, ...different];
}

async function allOf(db: Database, ledger: Ledger): Promise<ReadonlyMap<string, LedgerRow>> {
  const all = new Map<string, LedgerRow>();
  let after: string | undefined;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const range = { after, limit: rowsMax };
    const rows = await inSnapshot(db, (tx) => ledger.page(tx, range));
    for (const row of rows) all.set(row.id, row);
    after = rows.at(-1)?.id;
    if (rows.length < rowsMax || after === undefined) break;
  }
  return all;
}

/** What waits for a person, or was left behind. */
async function troubled(client: postgres.Sql, service: string): Promise<string[]> {
  const rows = await client<{ what: string }[]>`
    select 'dead letter ' || subject || ' ' || reason || ' ' || coalesce(error, '') as what
      from dead_letters where state = 'dead'
    union all select 'parked ' || key || ' v' || version from parked
    union all select 'unsent ' || subject from outbox
    union all select 'attempt left behind of ' || event_id from message_attempts
    union all select 'lane ' || key || ' stands' from lanes where blocked or stuck or waiting > 0
    order by 1 limit 20`;
  return rows.map(({ what }) => `${service}: ${what}`);
}

/** Keys whose last message the other side has not handled. */
async function unheard(sender: postgres.Sql, listener: postgres.Sql): Promise<string[]> {
  const sent = await sender<{ key: string; last: number }[]>`
    select key, max(version)::int as last from outbox_sent
    where stream <> 'DEAD_LETTERS' group by key`;
  const lanes = await listener<{ key: string; version: number }[]>`
    select key, version::int as version from lanes`;
  const handled = new Map(lanes.map(({ key, version }) => [key, version]));
  return sent
    .filter(({ key, last }) => handled.get(key) !== last)
    .map(({ key, last }) => `${key} was handled up to ${handled.get(key)} of ${last}`);
}
