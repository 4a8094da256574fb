import { answeredWith, closedLoop, postOf } from "../http-load.ts";
import type { Contender, Job, Plan, Row } from "../job.ts";
import { memoryOf } from "../memory.ts";
import { orderOf, skuCount } from "../messages.ts";
import { orderHeaders } from "../order-headers.ts";
import { quantile } from "../ratios.ts";
import { added, openSagaWorld, type SagaWorld, sagaDatabases } from "../saga-world.ts";

const secondsOf = ({ short }: Plan) => (short ? 1 : 8);
const CLIENTS = 64;
/** Longer than a saga takes under any load here: an answer is a decision. */
const WAIT_SECONDS = 30;

/** Clients who each order and wait for the decision, until nothing is left to do anywhere. */
export const saga: Job = {
  name: "v",
  title: `whole sagas at ${CLIENTS} clients: ordered, reserved, confirmed, consumed`,
  seconds: (plan) => 2 + warmUpSecondsOf(plan) + plan.rounds * (secondsOf(plan) + 1),

  async open(bench, plan) {
    const world = await openSagaWorld(bench, await sagaDatabases(bench));
    const ours = sagasOf(world, { name: "ours", forMs: secondsOf(plan) * 1_000 });
    await warmUp(world, plan);
    return {
      contenders: [ours],
      rows: [
        {
          name: "both services, database, broker and load on this machine",
          contender: ours.name,
          figure: "perSecond",
          unit: "sagas/s",
          target: { kind: "least", first: 2_000, next: 4_000 },
        },
        {
          name: "half are decided within",
          contender: ours.name,
          figure: "p50Ms",
          unit: "ms",
        },
        memoryRow(ours.name, "orders"),
        memoryRow(ours.name, "inventory"),
      ],
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
};

const memoryRow = (contender: string, service: string): Row => ({
  name: `memory of ${service} after it`,
  contender,
  figure: `${service}Mebibytes`,
  unit: "MiB",
  target: { kind: "most", first: 120, next: 80 },
});

/**
 * For its first ten thousand orders a service spends as much on compiling JavaScript as on running it: a
 * shorter load would measure the compiler.
 */
export const warmUpSecondsOf = ({ short }: Plan) => (short ? 0.5 : 12);

/** A first load, and statistics as they are after the first minutes of any database. */
export async function warmUp(world: SagaWorld, plan: Plan): Promise<void> {
  const first = sagasOf(world, { name: "warming up", forMs: warmUpSecondsOf(plan) * 1_000 });
  await first.prepare?.();
  await (await first.run()).counts();
  const { orders, inventory } = world.databases;
  await Promise.all([orders, inventory].map(({ sql }) => sql`vacuum analyze`));
}

export function sagasOf(
  world: SagaWorld,
  { name, forMs }: { readonly name: string; readonly forMs: number },
): Contender {
  return {
    name,
    async prepare() {
      await world.databases.orders.sql`checkpoint`;
    },
    async run() {
      const before = await world.totals();
      const run = crypto.randomUUID();
      const prefer = `prefer: wait=${WAIT_SECONDS}`;
      const startedAt = performance.now();
      const load = await closedLoop({
        url: world.orders.url,
        clients: CLIENTS,
        forMs,
        request: (number) =>
          postOf("/v1/orders", JSON.stringify(orderOf(`sku-${(number * 7) % skuCount}`)), [
            ...orderHeaders(run, number),
            prefer,
          ]),
      });
      await world.settled();
      const elapsedMs = performance.now() - startedAt;
      // One that was not decided in time is answered 202; it is confirmed by now as well.
      const accepted = answeredWith(load, [201, 202]);
      const { latenciesMs } = load;
      return {
        figures: {
          perSecond: (accepted * 1_000) / elapsedMs,
          p50Ms: quantile(latenciesMs, 0.5),
          p99Ms: quantile(latenciesMs, 0.99),
          ordersMebibytes: memoryOf(world.orders.process.pid),
          inventoryMebibytes: memoryOf(world.inventory.process.pid),
        },
        done: accepted,
        counts: async () => ({
          accepted,
          ...added(before, await world.totals()),
        }),
      };
    },
  };
}
