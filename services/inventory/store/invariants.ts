import { invalidCursor } from "@app/platform/cursor.ts";
import type { Breach, Invariant, Look, Slice } from "@app/platform/messaging/invariant.ts";
import { lanes, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { stockDifferences } from "./conservation.ts";
import { reservations } from "./tables.ts";

/** What is true of stock and reservations at any moment. */
export const inventoryInvariants: readonly Invariant[] = [
  {
    name: "stock-conserved",
    sentence:
      "initial + restocked = available + reserved + consumed, and reservations account for it",
    look: conserved,
  },
  {
    name: "reservations-follow-orders",
    sentence: "a reservation is where the last news of its order puts it",
    look: followsOrders,
  },
  {
    name: "reservations-as-stated",
    sentence: "what was stated about a reservation is so",
    look: asStated,
  },
];

async function conserved(tx: Transaction, { breachesMax }: Slice): Promise<Look> {
  const differences = await stockDifferences(tx);
  const breaches = differences.slice(0, breachesMax).map(
    ({ sku, unaccounted, reserved, consumed }): Breach => ({
      about: `item ${sku}`,
      problem: `${unaccounted} unaccounted, ${reserved} reserved and ${consumed} consumed more than by its reservations`,
    }),
  );
  return { checked: differences.length, breaches };
}

const NEWEST = "newest";

/**
 * First those that were announced last, then all by id. The lane of an order says how much of it was
 * heard: version 1 made the reservation, 2 confirmed or cancelled it, 3 cancelled it after that.
 */
async function followsOrders({ q }: Transaction, slice: Slice): Promise<Look> {
  const { cursor, rowsMax, breachesMax } = slice;
  const ids = cursor === undefined ? newestIds(rowsMax) : idsAfter(cursor, rowsMax);
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (${ids}), broken as (
      select 'reservation ' || r.id as about,
        r.state || ', and its order was heard up to version ' || coalesce(l.version, 0) as problem
      from slice join ${reservations} r on r.id = slice.id
      left join ${lanes} l on l.consumer = 'inventory-service' and l.key = r.id
      where not case coalesce(l.version, 0)
          when 0 then false
          when 1 then r.state in ('RESERVED', 'REJECTED')
          when 2 then r.state in ('CONSUMED', 'RELEASED', 'REJECTED')
          else r.state in ('RELEASED', 'REJECTED') end
      order by r.id limit ${breachesMax}
    )
    select (select count(*) from slice) as checked, (select max(id) from slice) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const following = checked === rowsMax && row?.last ? `after ${row.last}` : undefined;
  const next = cursor === undefined ? NEWEST : following;
  return { checked, breaches: row?.breaches ?? [], next };
}

const newestIds = (limit: number): SQL => sql`
  select 'order/' || split_part(key, '/', 2) as id from ${outboxSent}
  where stream = 'INVENTORY' order by stream_sequence desc limit ${limit}`;

function idsAfter(cursor: string, limit: number): SQL {
  const [, after] = /^(?:newest|after (order\/\S+))$/.exec(cursor) ?? [undefined, undefined];
  if (cursor !== NEWEST && after === undefined) throw invalidCursor();
  return sql`select id from ${reservations}
    where source = 'order' and id > ${after ?? ""} order by id limit ${limit}`;
}

/** The last announcements first: each of them has its reservation, in a state that it leads to. */
async function asStated(
  { q }: Transaction,
  { cursor, rowsMax, breachesMax }: Slice,
): Promise<Look> {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw invalidCursor();
  const below = cursor === undefined ? sql`true` : sql`stream_sequence < ${cursor}::bigint`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select 'order/' || split_part(key, '/', 2) as id, split_part(subject, '.', 3) as type,
        stream_sequence
      from ${outboxSent} where stream = 'INVENTORY' and ${below}
      order by stream_sequence desc limit ${rowsMax}
    ), broken as (
      select 'reservation ' || s.id as about,
        s.type || ' was stated, and it is ' || coalesce(r.state, 'not there') as problem
      from slice s left join ${reservations} r on r.id = s.id
      where r.id is null or (s.type = 'inventory_rejected') <> (r.state = 'REJECTED')
      limit ${breachesMax}
    )
    select (select count(*) from slice) as checked, (select min(stream_sequence) from slice) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const next = checked === rowsMax && row?.last ? String(row.last) : undefined;
  return { checked, breaches: row?.breaches ?? [], next };
}

interface Found extends Record<string, unknown> {
  readonly checked: string;
  readonly last: string | null;
  readonly breaches: Breach[];
}
