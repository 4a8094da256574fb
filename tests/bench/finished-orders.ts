import { skuCount } from "./messages.ts";
import type { SagaDatabases } from "./saga-world.ts";

const BATCH = 500_000;
const DAYS = 30;

/**
 * Fills both databases with what so many orders of the last thirty days left behind: the confirmed
 * orders, their consumed reservations, and the lanes that both consumers keep. `count` is a multiple
 * of the number of skus. `onDone` hears how many are there.
 */
export async function fillFinishedOrders(
  { orders, inventory }: SagaDatabases,
  count: number,
  onDone: (done: number) => void,
): Promise<void> {
  for (let first = 1; first <= count; first += BATCH) {
    const last = Math.min(count, first + BATCH - 1);
    const range = { first, last, count };
    await Promise.all([fillOrders(orders, range), fillReservations(inventory, range)]);
    onDone(last);
  }
  await orders.sql`select setval('orders_id_seq', ${count})`;
  const each = count / skuCount;
  await inventory.sql`update items set initial = initial + ${each}, consumed = consumed + ${each}`;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

async function fillOrders(
  { sql }: SagaDatabases["orders"],
  { first, last, count }: Range,
): Promise<void> {
  await sql`
    insert into orders (id, user_id, note, status, sku, quantity, prices_cents, total_cents, version,
      created_at, updated_at)
    select n, 'customer-' || n % 100000, '', 'CONFIRMED', 'sku-' || n % ${skuCount}::int, 1,
      '{100}', 100, 2, at, at
    from generate_series(${first}::bigint, ${last}::bigint) n,
      lateral (select now() - make_interval(secs =>
        ${DAYS * 86_400}::float8 * (1 - n::float8 / ${count}::float8)) as at) placed`;
  await sql`
    insert into lanes (consumer, key, version)
    select 'orders-service', 'reservation/' || n, 1
    from generate_series(${first}::bigint, ${last}::bigint) n`;
}

async function fillReservations(
  { sql }: SagaDatabases["inventory"],
  { first, last }: Range,
): Promise<void> {
  await sql`
    insert into reservations (id, source, ref, state, sku, quantity, price_cents, total_cents, version)
    select 'order/' || n, 'order', n, 'CONSUMED', 'sku-' || n % ${skuCount}::int, 1, 100, 100, 1
    from generate_series(${first}::bigint, ${last}::bigint) n`;
  await sql`
    insert into lanes (consumer, key, version)
    select 'inventory-service', 'order/' || n, 2
    from generate_series(${first}::bigint, ${last}::bigint) n`;
}
