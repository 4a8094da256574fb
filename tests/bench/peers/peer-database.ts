import { migrate, migrationsOf } from "@app/platform/migrate.ts";
import postgres from "postgres";

/** The database of one run. */
export interface PeerDatabase extends AsyncDisposable {
  readonly url: string;
  orders(): Promise<number>;
  /** How many orders and effects there are, and how many of either lack the other. */
  counts(): Promise<PeerCounts>;
  /** Effects committed each second, between the fifth and the ninety-fifth of a hundred. */
  effectsPerSecond(): Promise<number>;
  /** From the commit of an order to that of its effect, without the first so many orders. */
  latency(withoutFirst: number): Promise<Latency>;
}

export interface PeerCounts {
  readonly orders: number;
  readonly effects: number;
  readonly ordersWithoutEffect: number;
  readonly effectsWithoutOrder: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Makes databases of one server, which must keep commit timestamps; gone with their scopes. */
export interface PeerDatabases extends AsyncDisposable {
  create(): Promise<PeerDatabase>;
}

const template = "peer_template";
const slotsGoWithinMs = 20_000;
const pollMs = 50;

/** One template, migrated as the orders service's, of which each run's database is a copy. */
export async function peerDatabases(serverUrl: string): Promise<PeerDatabases> {
  const admin = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  const urlOf = (name: string) => new URL(`/${name}`, serverUrl).href;
  await admin`drop database if exists ${admin(template)} with (force)`;
  await admin`create database ${admin(template)}`;
  await migrate(urlOf(template), migrationsOf("orders"));
  const sql = postgres(urlOf(template), { max: 1, onnotice: () => undefined });
  await sql`create table effects (order_id bigint primary key)`;
  await sql.end();
  let made = 0;
  return {
    async create() {
      made += 1;
      const name = `peer_${process.pid}_${made}`;
      await admin`create database ${admin(name)} template ${admin(template)}`;
      return opened(urlOf(name), () => dropDatabase(admin, name));
    },
    async [Symbol.asyncDispose]() {
      await admin`drop database if exists ${admin(template)} with (force)`;
      await admin.end();
    },
  };
}

function opened(url: string, drop: () => Promise<void>): PeerDatabase {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  return {
    url,
    async orders() {
      const [row] = await sql<{ count: number }[]>`select count(*)::int from orders`;
      return row?.count ?? 0;
    },
    async counts() {
      const [row] = await sql<Record<keyof PeerCounts, string>[]>`
        select count(o.id) as orders, count(e.order_id) as effects,
          count(*) filter (where e.order_id is null) as "ordersWithoutEffect",
          count(*) filter (where o.id is null) as "effectsWithoutOrder"
        from orders o full join effects e on e.order_id = o.id`;
      return {
        orders: Number(row?.orders),
        effects: Number(row?.effects),
        ordersWithoutEffect: Number(row?.ordersWithoutEffect),
        effectsWithoutOrder: Number(row?.effectsWithoutOrder),
      };
    },
    async effectsPerSecond() {
      const [row] = await sql<{ perSecond: number }[]>`
        with committed as (select pg_xact_commit_timestamp(xmin) as at from effects),
        ends as (
          select percentile_disc(0.05) within group (order by at) as first,
            percentile_disc(0.95) within group (order by at) as last from committed)
        select count(*) / extract(epoch from max(last) - max(first))::float8 as "perSecond"
        from committed, ends where at > first and at <= last and last > first`;
      return row?.perSecond ?? 0;
    },
    async latency(withoutFirst) {
      const [row] = await sql<Latency[]>`
        select percentile_disc(0.5) within group (order by ms) as "p50Ms",
          percentile_disc(0.99) within group (order by ms) as "p99Ms", max(ms) as "maxMs"
        from (
          select extract(epoch from pg_xact_commit_timestamp(e.xmin)
            - pg_xact_commit_timestamp(o.xmin))::float8 * 1000 as ms
          from orders o join effects e on e.order_id = o.id where o.id > ${withoutFirst}) taken`;
      if (!row) throw new Error("an aggregate is one row");
      return row;
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await drop();
    },
  };
}

/** A database with a replication slot cannot be dropped, nor can a slot whose reader was there just now. */
async function dropDatabase(admin: postgres.Sql, name: string): Promise<void> {
  const giveUpAt = performance.now() + slotsGoWithinMs;
  for (;;) {
    await admin`
      select pg_drop_replication_slot(slot_name) from pg_replication_slots
      where database = ${name} and not active`;
    const slots = await admin`select from pg_replication_slots where database = ${name}`;
    if (slots.length === 0) break;
    if (performance.now() > giveUpAt) throw new Error(`somebody still reads the slot of ${name}`);
    await Bun.sleep(pollMs);
  }
  await admin`drop database if exists ${admin(name)} with (force)`;
}
