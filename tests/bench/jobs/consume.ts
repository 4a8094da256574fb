import { lockClass } from "@app/platform/messaging/postgres-lease.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { BenchDatabase } from "../bench.ts";
import { publishAll } from "../floors/raw-publish.ts";
import { reserveScript } from "../floors/reserve-script.ts";
import { statementFloor } from "../floors/statement-floor.ts";
import { type BrokerView, viewBroker } from "../jetstream-admin.ts";
import type { Contender, Job, Plan } from "../job.ts";
import { orderCreated, readyMessage, skuCount } from "../messages.ts";
import { fillMenu } from "../stock.ts";

const secondsOf = ({ short }: Plan) => (short ? 1 : 3);
const inventory = { stream: "ORDERS", durable: "inventory-service" } as const;
const IN_HAND_MAX = 1_000;
const PUBLISH_WINDOW = 256;
const DRAIN_MAX_MS = 120_000;
const POLL_MS = 10;

/** How a backlog of new orders reaches inventory. */
interface Way {
  readonly name: string;
  readonly count: number;
  /** Messages that may be delivered and not acknowledged. */
  readonly inHandMax: number;
  readonly skus: number;
}

const ways = ({ short }: Plan) => {
  const times = short ? 0.05 : 1;
  return {
    batched: {
      name: "ours, batched",
      count: 20_000 * times,
      inHandMax: IN_HAND_MAX,
      skus: skuCount,
    },
    hot: { name: "ours, batched, one sku", count: 20_000 * times, inHandMax: IN_HAND_MAX, skus: 1 },
    singles: { name: "ours, one at a time", count: 2_000 * times, inHandMax: 1, skus: skuCount },
  };
};

/**
 * From a stream full of new orders to the last of them reserved. Another replica leads, which is
 * the bench itself: nothing is relayed meanwhile, as the floor relays nothing.
 */
export const consume: Job = {
  name: "iv",
  title: "consumer: inbox, lane, stock, reservation and outbox of each message, once",
  seconds: (plan) => 6 + (plan.rounds + 1) * (3 * (secondsOf(plan) + 0.5) + (plan.short ? 1 : 14)),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const floorDatabase = await bench.database("inventory");
    await fillMenu(floorDatabase.sql);
    const floor = (clients: number, skus: number) =>
      statementFloor(bench, {
        name: skus === 1 ? "one sku" : undefined,
        database: floorDatabase,
        script: reserveScript(skus),
        clients,
        seconds: secondsOf(plan),
        tables: ["inbox", "lanes", "reservations", "outbox"],
      });

    const broker = opened.use(await bench.broker());
    const view = opened.use(await viewBroker(broker.url));
    const database = await bench.database("inventory");
    await fillMenu(database.sql);
    opened.use(await leadInstead(database));
    const environment = { DATABASE_URL: database.url, NATS_URL: broker.url };
    const service = opened.use(await bench.service("inventory", environment));
    opened.defer(() => service.process.kill());

    const { batched, hot, singles } = ways(plan);
    const ids = { next: 1_000_000 };
    const ours = (way: Way) => consumerOf(way, { database, view, ids });
    for (const way of [batched, singles]) {
      const warming = ours(way);
      await warming.prepare?.();
      await (await warming.run()).counts();
    }
    await database.sql`vacuum analyze`;

    const owned = opened.move();
    const [many, one, hotFloor] = [floor(16, skuCount), floor(1, skuCount), floor(16, 1)];
    const rate = { figure: "perSecond", unit: "messages/s" };
    return {
      contenders: [many, ours(batched), one, ours(singles), hotFloor, ours(hot)],
      rows: [
        {
          name: "batched, beside 16 connections",
          contender: batched.name,
          ...rate,
          floor: many.name,
          target: { kind: "ratio", first: 1.2, next: 2, loose: 0.01 },
        },
        {
          name: "one at a time, beside 1 connection",
          contender: singles.name,
          ...rate,
          floor: one.name,
          target: { kind: "ratio", first: 0.5, loose: 0.01 },
        },
        {
          name: "one sku, batched, beside 16 connections",
          contender: hot.name,
          ...rate,
          floor: hotFloor.name,
          target: { kind: "ratio", first: 1.2, next: 5, loose: 0.01 },
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

export interface ConsumerWorld {
  readonly database: BenchDatabase;
  readonly view: BrokerView;
  /** Order ids of all rounds. */
  readonly ids: { next: number };
}

/** Publishes the backlog while deliveries are stopped, then lets them go on, until all is handled. */
export function consumerOf(way: Way, { database, view, ids }: ConsumerWorld): Contender {
  const { sql } = database;
  const { stream, durable } = inventory;
  return {
    name: way.name,
    async prepare() {
      await sql`truncate outbox`;
      await sql`checkpoint`;
      await view.pause(stream, durable);
      await view.limitInHand(stream, durable, way.inHandMax);
      const messages = Array.from({ length: way.count }, (_, index) =>
        readyMessage(orderCreated(ids.next + index, `sku-${index % way.skus}`)),
      );
      ids.next += way.count;
      const { acknowledged } = await publishAll(view.connection, messages, PUBLISH_WINDOW);
      if (acknowledged !== way.count) throw new Error("the backlog was not stored");
    },
    async run() {
      const before = await effectsIn(sql);
      const startedAt = performance.now();
      await view.resume(stream, durable);
      await eventually(async () => (await view.waiting(stream, durable)) === 0, {
        deadlineMs: DRAIN_MAX_MS,
        everyMs: POLL_MS,
      });
      const elapsedMs = performance.now() - startedAt;
      return {
        figures: { perSecond: (way.count * 1_000) / elapsedMs },
        done: way.count,
        async counts() {
          const after = await effectsIn(sql);
          const names = Object.keys(after) as (keyof typeof after)[];
          const effects = names.map((name) => [name, after[name] - before[name]] as const);
          return { published: way.count, ...Object.fromEntries(effects) };
        },
      };
    },
  };
}

async function effectsIn(sql: BenchDatabase["sql"]) {
  const [row] = await sql<
    { inbox: number; lanes: number; reservations: number; reserved: number; messages: number }[]
  >`
    select (select count(*)::int from inbox) as inbox,
      (select count(*)::int from lanes where version = 1) as lanes,
      (select count(*)::int from reservations where state = 'RESERVED') as reservations,
      (select sum(reserved)::int from items) as reserved,
      (select count(*)::int from outbox) as messages`;
  if (!row) throw new Error("counts are one row");
  return row;
}

/** Holds the lock of the leader for as long as the scope lasts. */
async function leadInstead({ sql }: BenchDatabase): Promise<AsyncDisposable> {
  const session = await sql.reserve();
  await session`select pg_advisory_lock(${lockClass}::int, 0)`;
  return {
    async [Symbol.asyncDispose]() {
      await session`select pg_advisory_unlock_all()`;
      session.release();
    },
  };
}
