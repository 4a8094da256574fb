import { invalidCursor } from "@app/platform/cursor.ts";
import type { Breach, Invariant, Look, Slice } from "@app/platform/messaging/invariant.ts";
import { idempotencyKeys, lanes, outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { overdueOrders } from "./deadlines.ts";
import { orders } from "./tables.ts";

/** Deadlines are kept by a loop, whose leader may have to be replaced first. */
const GRACE_MS = 60_000;
/** Each order looked at is looked up among the sent messages as well. */
const ORDERS_MAX = 5_000;
/** An order's age is by its service's clock, which may differ from the database's. */
const CLOCKS_DIFFER_MS = 3_600_000;

/** What is true of orders at any moment. */
export const orderInvariants = ({
  deadlineMs,
}: {
  readonly deadlineMs: number;
}): readonly Invariant[] => [
  {
    name: "orders-decided-in-time",
    sentence: "no order is undecided past its deadline while the broker answers",
    look: (tx, { breachesMax }) => overdue(tx, deadlineMs, breachesMax),
  },
  {
    name: "orders-by-legal-path",
    sentence: "an order is in a state that its transitions lead to, and stated each of them once",
    look: legalPaths,
  },
  {
    name: "orders-confirmed-by-news",
    sentence: "an order is CONFIRMED only by news that its stock is reserved",
    look: confirmedByNews,
  },
  {
    name: "idempotency-keys-have-orders",
    sentence: "each Idempotency-Key stands for one order of its own",
    look: keysHaveOrders,
  },
];

async function overdue(tx: Transaction, deadlineMs: number, limit: number): Promise<Look> {
  const rows = await overdueOrders(tx, { deadlineMs, graceMs: GRACE_MS, limit });
  const breaches = rows.map(({ id }) => ({
    about: `order/${id}`,
    problem: "PENDING past its deadline",
  }));
  return { checked: breaches.length, breaches };
}

/** The messages of older orders may be gone; of those, state and version alone are looked at. */
async function legalPaths(tx: Transaction, slice: Slice): Promise<Look> {
  const keptMs = slice.sentKeepMs - CLOCKS_DIFFER_MS;
  return newestFirst(tx, slice, {
    columns: sql`id, status, version, total_cents is not null as priced,
      created_at > now() - make_interval(secs => ${keptMs / 1000}::float8) as young`,
    broken: sql`
      select 'order/' || o.id as about, o.status || ' at version ' || o.version
        || case when path.legal is null then ', which nothing leads to'
          else ', and stated ' || coalesce(stated.path, 'nothing') end as problem
      from slice o
      cross join lateral (select case
        when o.status = 'PENDING' and o.version = 1 and not o.priced then 'order_created'
        when o.status = 'CONFIRMED' and o.version = 2 then 'order_created order_confirmed'
        when o.status = 'CANCELLED' and o.version = 2 and not o.priced
          then 'order_created order_cancelled'
        when o.status = 'CANCELLED' and o.version = 3 and o.priced
          then 'order_created order_confirmed order_cancelled' end as legal) path
      left join (
        select key, string_agg(split_part(subject, '.', 3), ' ' order by version) as path
        from (
          select key, version, subject from ${outboxSent}
          where key in (select 'order/' || id from slice)
          union all
          select key, version, subject from ${outbox}
          where key in (select 'order/' || id from slice)
        ) message group by key
      ) stated on stated.key = 'order/' || o.id
      where path.legal is null or (o.young and stated.path is distinct from path.legal)`,
  });
}

/** The lane of an order's reservation says what was heard of it; lanes are kept for ever. */
async function confirmedByNews(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    columns: sql`id, status`,
    broken: sql`
      select 'order/' || o.id as about, 'CONFIRMED, and nothing came of reservation/' || o.id as problem
      from slice o
      where o.status = 'CONFIRMED' and not exists (
        select 1 from ${lanes} l where l.consumer = 'orders-service'
          and l.key = 'reservation/' || o.id and l.version >= 1)`,
  });
}

async function newestFirst(
  { q }: Transaction,
  { cursor, breachesMax }: Slice,
  { columns, broken }: { readonly columns: SQL; readonly broken: SQL },
): Promise<Look> {
  if (cursor !== undefined && !/^\d{1,18}$/.test(cursor)) throw invalidCursor();
  const below = cursor === undefined ? sql`true` : sql`id < ${cursor}::bigint`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select ${columns} from ${orders} where ${below} order by id desc limit ${ORDERS_MAX}
    ), broken as (${broken} order by o.id desc limit ${breachesMax})
    select (select count(*) from slice) as checked, (select min(id) from slice) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  return lookOf(row);
}

/** By age, the youngest first. Those of one moment are looked at together with the next slice again. */
async function keysHaveOrders({ q }: Transaction, { cursor, breachesMax }: Slice): Promise<Look> {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw invalidCursor();
  const until =
    cursor === undefined ? sql`true` : sql`created_at <= to_timestamp(${cursor}::bigint / 1000.0)`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select scope, key, resource_id, created_at from ${idempotencyKeys}
      where ${until} order by created_at desc limit ${ORDERS_MAX}
    ), broken as (
      select 'idempotency key ' || s.key || ' of ' || s.scope as about,
        case when o.id is null then 'its order ' || s.resource_id || ' is not there'
          else 'its order ' || s.resource_id || ' has another key too' end as problem
      from (select *, count(*) over (partition by resource_id) as keys from slice) s
      left join ${orders} o on o.id = s.resource_id::bigint
      where o.id is null or s.keys > 1 limit ${breachesMax}
    )
    select (select count(*) from slice) as checked,
      (select floor(extract(epoch from min(created_at)) * 1000) from slice) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const look = lookOf(row);
  return look.next === cursor ? { ...look, next: undefined } : look;
}

interface Found extends Record<string, unknown> {
  readonly checked: string;
  readonly last: string | null;
  readonly breaches: Breach[];
}

function lookOf(row: Found | undefined): Look {
  const checked = Number(row?.checked ?? 0);
  return {
    checked,
    breaches: row?.breaches ?? [],
    next: checked === ORDERS_MAX && row?.last ? String(row.last) : undefined,
  };
}
