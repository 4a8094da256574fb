import { threeCommits } from "../floors/three-commits.ts";
import { connect, postOf } from "../http-load.ts";
import type { Contender, Job, Plan, Row } from "../job.ts";
import { orderOf, skuCount } from "../messages.ts";
import { openLoop } from "../open-loop.ts";
import { orderHeaders } from "../order-headers.ts";
import { quantile } from "../ratios.ts";
import { added, openSagaWorld, type SagaWorld, sagaDatabases } from "../saga-world.ts";
import { warmUp, warmUpSecondsOf } from "./saga.ts";

const PER_SECOND = 50;
const countOf = ({ short }: Plan) => PER_SECOND * (short ? 1 : 12);
/** So many at first, and more when all of them wait: a slow answer keeps no later order waiting. */
const CONNECTIONS = 16;
const CONNECTIONS_MAX = 1_000;

/** How long an order is undecided under a light load, told by the database's own commit times. */
export const confirm: Job = {
  name: "iii",
  title: `PENDING → CONFIRMED at ${PER_SECOND} orders/s, from commit to commit`,
  seconds: (plan) => 2 + warmUpSecondsOf(plan) + plan.rounds * 2 * (countOf(plan) / PER_SECOND + 1),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const floor = opened.use(
      await threeCommits(bench, { perSecond: PER_SECOND, count: countOf(plan) }),
    );
    const world = opened.use(await openSagaWorld(bench, await sagaDatabases(bench)));
    await warmUp(world, plan);
    const ours = confirmationsOf(world, { name: "ours", count: countOf(plan) });
    const owned = opened.move();
    return {
      contenders: [floor, ours],
      rows: rows(ours.name, floor.name),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

const rows = (contender: string, floor: string): readonly Row[] => {
  const row = (name: string, figure: string, first?: number, next?: number): Row => ({
    name,
    contender,
    figure,
    unit: "ms",
    floor,
    ...(first !== undefined && {
      target: { kind: "most", first, ...(next !== undefined && { next }) },
    }),
  });
  return [
    row("decided, half within", "p50Ms", 5, 2.5),
    row("decided, 99 of 100 within", "p99Ms", 20, 10),
    row("one hop, half within", "hopP50Ms", 1.3),
    row("one hop, 99 of 100 within", "hopP99Ms", 4),
    row("from the intended request, half within", "intendedP50Ms"),
    row("from the intended request, 99 of 100 within", "intendedP99Ms"),
  ];
};

export function confirmationsOf(
  world: SagaWorld,
  { name, count }: { readonly name: string; readonly count: number },
): Contender {
  return {
    name,
    async prepare() {
      await world.databases.orders.sql`checkpoint`;
    },
    async run() {
      const before = await world.totals();
      const run = crypto.randomUUID();
      const intended = await order(world.orders.url, run, count);
      await world.settled();
      const orders = await timesOf(world, run);
      const whole = orders.map(({ placedMs, confirmedMs }) => confirmedMs - placedMs);
      const hop = orders.map(({ placedMs, reservedMs }) => reservedMs - placedMs);
      const asked = orders.map(({ number, confirmedMs }) => confirmedMs - (intended[number] ?? 0));
      return {
        figures: {
          p50Ms: quantile(whole, 0.5),
          p99Ms: quantile(whole, 0.99),
          hopP50Ms: quantile(hop, 0.5),
          hopP99Ms: quantile(hop, 0.99),
          intendedP50Ms: quantile(asked, 0.5),
          intendedP99Ms: quantile(asked, 0.99),
        },
        done: count,
        counts: async () => ({
          "answers 202": intended.length,
          "orders with their times": orders.length,
          ...added(before, await world.totals()),
        }),
      };
    },
  };
}

/** Orders at an even rate; returns when each was meant to be sent, by the clock of the day. */
async function order(url: string, run: string, count: number): Promise<readonly number[]> {
  const free = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(url)));
  const all = [...free];
  const intended: number[] = [];
  const another = async () => {
    if (all.length >= CONNECTIONS_MAX) throw new Error(`${all.length} orders are unanswered`);
    const connection = await connect(url);
    all.push(connection);
    return connection;
  };
  try {
    await openLoop({
      perSecond: PER_SECOND,
      count,
      begin: async (number, intendedMs) => {
        const connection = free.shift() ?? (await another());
        const body = JSON.stringify(orderOf(`sku-${(number * 7) % skuCount}`));
        const status = await connection.send(postOf("/v1/orders", body, orderHeaders(run, number)));
        if (status !== 202) throw new Error(`an order was answered ${status}`);
        free.push(connection);
        intended[number] = performance.timeOrigin + intendedMs;
      },
    });
    return intended;
  } finally {
    for (const connection of all) connection.close();
  }
}

interface OrderTimes {
  /** As its key names it. */
  readonly number: number;
  readonly placedMs: number;
  readonly reservedMs: number;
  readonly confirmedMs: number;
}

/** Each row's last transaction: that of the key placed the order, that of the order confirmed it. */
async function timesOf(
  { databases: { orders, inventory } }: SagaWorld,
  run: string,
): Promise<readonly OrderTimes[]> {
  const placed = await orders.sql<
    { number: number; event: string; placed: number; confirmed: number }[]
  >`
    select substr(k.key, ${run.length + 2}::int)::int as number, s.event_id as event,
      (extract(epoch from pg_xact_commit_timestamp(k.xmin)) * 1000)::float8 as placed,
      (extract(epoch from pg_xact_commit_timestamp(o.xmin)) * 1000)::float8 as confirmed
    from idempotency_keys k
    join orders o on o.id = k.resource_id::bigint
    join outbox_sent s on s.key = 'order/' || o.id and s.version = 1
    where starts_with(k.key, ${run}) and o.status = 'CONFIRMED'`;
  const reserved = await inventory.sql<{ event: string; at: number }[]>`
    select event_id as event,
      (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000)::float8 as at
    from inbox where event_id = any(${placed.map(({ event }) => event)}::uuid[])`;
  const at = new Map(reserved.map((row) => [row.event, row.at]));
  return placed.flatMap(({ number, event, placed: placedMs, confirmed: confirmedMs }) => {
    const reservedMs = at.get(event);
    return reservedMs === undefined ? [] : [{ number, placedMs, reservedMs, confirmedMs }];
  });
}
