import type postgres from "postgres";
import type { OpenWorld } from "../open-world.ts";
import { serviceNames } from "../stack.ts";

/** The only ways that an order may go, by the messages it stated. */
const ORDER_PATHS: Readonly<Record<string, string>> = {
  "created confirmed": "CONFIRMED",
  "created cancelled": "CANCELLED",
  "created confirmed cancelled": "CANCELLED",
};

/** Aggregates whose messages do not tell a lawful history that ends in their present state. */
export async function brokenHistories({ sql }: OpenWorld): Promise<readonly string[]> {
  const told = await Promise.all([
    unlawfulOrders(sql.orders),
    unlawfulReservations(sql.inventory),
    ...serviceNames.map((service) => doubledEffects(sql[service], service)),
  ]);
  return told.flat();
}

async function unlawfulOrders(client: postgres.Sql): Promise<string[]> {
  const rows = await client<{ id: string; status: string; version: number; path: string }[]>`
    select o.id::text, o.status, o.version::int,
      (select string_agg(substring(subject from 'order_([a-z]+)'), ' ' order by s.version)
        from outbox_sent s where s.key = 'order/' || o.id and stream = 'ORDERS') as path
    from orders o`;
  return rows.flatMap(({ id, status, version, path }) =>
    ORDER_PATHS[path] === status && path.split(" ").length === version
      ? []
      : [`order ${id} is ${status} at version ${version} by way of ${path}`],
  );
}

/** A reservation states one outcome; each of its versions was announced once. */
async function unlawfulReservations(client: postgres.Sql): Promise<string[]> {
  const rows = await client<{ id: string; version: number; told: string }[]>`
    select r.id, r.version::int,
      coalesce((select string_agg(s.version::text, ' ' order by s.version) from outbox_sent s
        where s.stream = 'INVENTORY' and s.key = 'reservation/' || r.ref), '') as told
    from reservations r where r.source = 'order'`;
  return rows.flatMap(({ id, version, told }) => {
    const expected = Array.from({ length: version }, (_, index) => index + 1).join(" ");
    return told === expected ? [] : [`reservation ${id} at version ${version} announced ${told}`];
  });
}

/** A message derived from another states the same id again, so a doubled effect shows as two rows of one id. */
async function doubledEffects(client: postgres.Sql, service: string): Promise<string[]> {
  const rows = await client<{ id: string; times: number }[]>`
    select event_id::text as id, count(*)::int as times from outbox_sent
    group by 1 having count(*) > 1`;
  return rows.map(({ id, times }) => `${service} sent message ${id} ${times} times over`);
}
