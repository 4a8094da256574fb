import { eventually } from "@app/platform/testing/eventually.ts";
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
 * has settled. Compares the two databases with each other, and with what customers were told.
 */
export async function brokenPromises(world: Evidence): Promise<readonly string[]> {
  const { orders, inventory } = world.sql;
  const found = await Promise.all([
    brokenOrders(world),
    unaccountedStock(inventory),
    troubled(orders, "orders"),
    troubled(inventory, "inventory"),
    brokenVersions(orders, inventory),
    brokenVersions(inventory, orders),
  ]);
  return found.flat();
}

interface Row {
  readonly id: string;
  readonly state: string;
  /** As `burger×2 pizza×1`. */
  readonly lines: string;
}

/** An order is kept and decided, and CONFIRMED exactly when its very lines are reserved or consumed. */
async function brokenOrders({ sql, acceptedIds }: Evidence): Promise<string[]> {
  const lines = (client: postgres.Sql) => client`(
    select string_agg(line.sku || '×' || line.quantity, ' ' order by line.at)
    from rows from (jsonb_to_recordset(coalesce(lines,
      jsonb_build_array(jsonb_build_object('sku', sku, 'quantity', quantity))))
      as (sku text, quantity int)) with ordinality as line(sku, quantity, at))`;
  const orders = await sql.orders<Row[]>`
    select id::text, status as state, ${lines(sql.orders)} as lines from orders order by id`;
  const reservations = await sql.inventory<Row[]>`
    select ref as id, state, ${lines(sql.inventory)} as lines from reservations
    where source = 'order'`;
  const reserved = new Map(reservations.map((row) => [row.id, row]));
  const kept = new Set(orders.map(({ id }) => Number(id)));

  const broken = [...acceptedIds]
    .filter((id) => !kept.has(id))
    .map((id) => `order ${id} was accepted and is lost`);
  for (const { id, state, lines } of orders) {
    const { state: held = "absent", lines: heldLines } = reserved.get(id) ?? {};
    const holds = held === "RESERVED" || held === "CONSUMED";
    if (state === "PENDING") broken.push(`order ${id} is undecided`);
    if (holds !== (state === "CONFIRMED"))
      broken.push(`order ${id} is ${state} and its reservation ${held}`);
    if (holds && lines !== heldLines) broken.push(`order ${id} of ${lines} holds ${heldLines}`);
  }
  return broken;
}

/** Pieces that appeared or vanished, or that no reservation accounts for. */
async function unaccountedStock(inventory: postgres.Sql): Promise<string[]> {
  const rows = await inventory<{ sku: string; numbers: string }[]>`
    with held as (
      select coalesce(line.sku, r.sku) as sku, r.state,
        sum(coalesce(line.quantity, r.quantity)) as pieces
      from reservations r
      left join lateral jsonb_to_recordset(r.lines) as line(sku text, quantity int) on true
      where r.state in ('RESERVED', 'CONSUMED') group by 1, 2
    ), counted as (
      select i.*, coalesce((select pieces from held where sku = i.sku and state = 'RESERVED'), 0) as r,
        coalesce((select pieces from held where sku = i.sku and state = 'CONSUMED'), 0) as c
      from items i
    )
    select sku, row(initial, restocked, available, reserved, consumed, r, c)::text as numbers
    from counted
    where initial + restocked <> available + reserved + consumed or available < 0
      or reserved <> r or consumed <> c`;
  return rows.map(({ sku, numbers }) => `stock of ${sku} does not add up: ${numbers}`);
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

/** Versions of a key that skip or repeat where they were sent, or that the other side has not all handled. */
async function brokenVersions(sender: postgres.Sql, listener: postgres.Sql): Promise<string[]> {
  const sent = await sender<{ key: string; versions: string; last: number }[]>`
    select key, string_agg(version::text, ',' order by id) as versions, max(version)::int as last
    from outbox_sent where stream <> 'DEAD_LETTERS' group by key`;
  const lanes = await listener<{ key: string; version: number }[]>`
    select key, version::int as version from lanes`;
  const handled = new Map(lanes.map(({ key, version }) => [key, version]));
  return sent.flatMap(({ key, versions, last }) => {
    const expected = Array.from({ length: last }, (_, index) => index + 1).join(",");
    if (versions !== expected) return [`${key} was sent as ${versions}`];
    return handled.get(key) === last
      ? []
      : [`${key} was handled up to ${handled.get(key)} of ${last}`];
  });
}
