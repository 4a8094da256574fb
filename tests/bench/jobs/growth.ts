import type { Bench, BenchDatabase } from "../bench.ts";
import { fillFinishedOrders } from "../finished-orders.ts";
import type { Contender, Job, OpenJob, Plan, Row } from "../job.ts";
import { fillOutbox } from "../messages.ts";
import { openSagaWorld, type SagaWorld, sagaDatabases } from "../saga-world.ts";
import { confirmationsOf } from "./confirm.ts";
import { NO_BROKER, placingOrders } from "./place-orders.ts";
import { sagasOf, warmUp, warmUpSecondsOf } from "./saga.ts";

const finishedOf = ({ short }: Plan) => (short ? 10_000 : 10_000_000);
const backlogOf = ({ short }: Plan) => (short ? 2_000 : 100_000);
const openSecondsOf = ({ short }: Plan) => (short ? 1 : 60);
const secondsOf = ({ short }: Plan) => (short ? 0.5 : 4);
const CLIENTS = 64;
const ORDERS_AT_AN_EVEN_RATE = 200;
/** How many finished orders a second are made here, about. */
const FILLED_PER_SECOND = 25_000;

/** The same work in an empty house and in an old one, in turn. */
export const growth: Job = {
  name: "vii",
  title: "cost of growth: the same work beside much that is finished, waiting or held open",
  seconds: (plan) =>
    (plan.short ? 5 : 20) +
    3 * warmUpSecondsOf(plan) +
    finishedOf(plan) / FILLED_PER_SECOND +
    openSecondsOf(plan) +
    (plan.rounds + 1) * (4 * secondsOf(plan) + (plan.short ? 2 : 16)),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const empty = opened.use(await openSagaWorld(bench, await sagaDatabases(bench)));
    const grown = opened.use(await openSagaWorld(bench, await grownDatabases(bench, plan)));
    const held = opened.use(await openSagaWorld(bench, await sagaDatabases(bench)));
    for (const world of [empty, grown, held]) await warmUp(world, plan);
    const intake = opened.use(await openIntake(bench));
    const comparisons = [
      sagasBeside(empty, grown, plan),
      decisionsBeside(empty, grown, plan),
      acceptingBeside(intake, plan),
      heldOpen(held, plan),
    ];

    const owned = opened.move();
    return {
      contenders: comparisons.flatMap(({ contenders }) => contenders),
      rows: comparisons.flatMap(({ rows }) => rows),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

type Comparison = Pick<OpenJob, "contenders" | "rows">;

const atLeast = { kind: "ratio", first: 0.8, next: 0.95, loose: 0.1 } as const;
/** A latency may grow by what a rate may fall. */
const atMost = { kind: "ratio-most", first: 1 / 0.8, next: 1 / 0.95 } as const;

async function grownDatabases(bench: Bench, plan: Plan) {
  const databases = await sagaDatabases(bench);
  await fillFinishedOrders(databases, finishedOf(plan), (done) =>
    bench.step(`${done} of ${finishedOf(plan)} finished orders made`),
  );
  const { orders, inventory } = databases;
  bench.step("analysing them");
  await Promise.all([orders, inventory].map(({ sql }) => sql`vacuum analyze`));
  return databases;
}

function sagasBeside(empty: SagaWorld, grown: SagaWorld, plan: Plan): Comparison {
  const forMs = secondsOf(plan) * 1_000;
  const floor = sagasOf(empty, { name: "sagas, empty", forMs });
  const ours = sagasOf(grown, { name: "sagas, many finished orders", forMs });
  const name = `whole sagas beside ${finishedOf(plan)} finished orders`;
  return { contenders: [floor, ours], rows: [rateRow({ name, floor, ours, unit: "sagas/s" })] };
}

function decisionsBeside(empty: SagaWorld, grown: SagaWorld, plan: Plan): Comparison {
  const count = plan.short ? 20 : ORDERS_AT_AN_EVEN_RATE;
  const floor = confirmationsOf(empty, { name: "decisions, empty", count });
  const ours = confirmationsOf(grown, { name: "decisions, many finished orders", count });
  const row = (name: string, figure: string): Row => ({
    name,
    contender: ours.name,
    figure,
    unit: "ms",
    floor: floor.name,
    target: atMost,
  });
  return {
    contenders: [floor, ours],
    rows: [
      row(`decided beside ${finishedOf(plan)} finished orders, half within`, "p50Ms"),
      row("and 99 of 100 within", "p99Ms"),
    ],
  };
}

/** A service that accepts orders while the broker is away, so that the outbox stays as long as it is. */
async function openIntake(bench: Bench) {
  const database = await bench.database("orders");
  const environment = { DATABASE_URL: database.url, NATS_URL: NO_BROKER };
  const service = await bench.service("orders", environment, { untilReady: false });
  return {
    database,
    url: service.url,
    async [Symbol.asyncDispose]() {
      await service.process.kill();
      await service[Symbol.asyncDispose]();
    },
  };
}

function acceptingBeside(
  { database, url }: { readonly database: BenchDatabase; readonly url: string },
  plan: Plan,
): Comparison {
  const accepting = (name: string, waiting: number): Contender => ({
    ...placingOrders(database, { url, clients: CLIENTS, seconds: secondsOf(plan) }),
    name,
    async prepare() {
      await database.sql`truncate outbox`;
      if (waiting > 0) await fillOutbox(database.sql, { count: waiting, firstId: 900_000_000 });
      await database.sql`checkpoint`;
    },
  });
  const floor = accepting("accepting, empty outbox", 0);
  const ours = accepting("accepting, long outbox", backlogOf(plan));
  const name = `orders accepted beside ${backlogOf(plan)} that wait in the outbox`;
  return { contenders: [floor, ours], rows: [rateRow({ name, floor, ours, unit: "orders/s" })] };
}

/** As long as a transaction is open, no row that was deleted since can be removed. */
function heldOpen(world: SagaWorld, plan: Plan): Comparison {
  const forMs = openSecondsOf(plan) * 1_000;
  const floor = { ...sagasOf(world, { name: "sagas, nothing held open", forMs }), roundsMax: 1 };
  const sagas = sagasOf(world, { name: "sagas, a transaction held open", forMs });
  const ours: Contender = {
    ...sagas,
    roundsMax: 1,
    async run() {
      const { orders, inventory } = world.databases;
      await using _orders = await openTransaction(orders);
      await using _inventory = await openTransaction(inventory);
      return await sagas.run();
    },
  };
  const name = `whole sagas while a transaction is open for ${openSecondsOf(plan)} s`;
  return { contenders: [floor, ours], rows: [rateRow({ name, floor, ours, unit: "sagas/s" })] };
}

/** One that has written and reads what there was: the most harmful kind. */
async function openTransaction({ sql }: BenchDatabase): Promise<AsyncDisposable> {
  const session = await sql.reserve();
  await session`begin isolation level repeatable read`;
  await session`select txid_current()`;
  return {
    async [Symbol.asyncDispose]() {
      await session`rollback`;
      session.release();
    },
  };
}

function rateRow({
  name,
  floor,
  ours,
  unit,
}: {
  readonly name: string;
  readonly floor: Contender;
  readonly ours: Contender;
  readonly unit: string;
}): Row {
  return {
    name,
    contender: ours.name,
    figure: "perSecond",
    unit,
    floor: floor.name,
    target: atLeast,
  };
}
