import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import type { Bench, BenchDatabase, ServiceName } from "../bench.ts";
import { publishAll } from "../floors/raw-publish.ts";
import { type BrokerView, viewBroker } from "../jetstream-admin.ts";
import type { Contender, Job, Plan } from "../job.ts";
import { fillOutbox, orderCreated, readyMessage, skuCount } from "../messages.ts";
import { fillMenu } from "../stock.ts";
import { relayOf } from "./relay.ts";

const backlogOf = ({ short }: Plan) => (short ? 10_000 : 1_000_000);
const usualOf = ({ short }: Plan) => (short ? 4_000 : 60_000);
/** Waits while nobody is there to take it on. */
const WAITING = 1_000;
const AGAIN_MAX_MS = 60_000;
const POLL_MS = 2;
const PUBLISH_WINDOW = 256;

/** How soon messages move again after a kill -9, and how fast a long backlog is worked off. */
export const recovery: Job = {
  name: "vi",
  title: "recovery: a killed process started again at once; a long backlog",
  seconds: (plan) => 3 + (plan.rounds + 1) * (usualOf(plan) / 5_000 + 2) + backlogOf(plan) / 10_000,

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const sending = opened.use(await openAlone(bench, "orders"));
    const receiving = opened.use(await openAlone(bench, "inventory"));
    await fillMenu(receiving.database.sql);
    const usual = relayOf({ ...sending, count: usualOf(plan) });
    const backlog: Contender = {
      ...relayOf({ ...sending, count: backlogOf(plan), firstId: 100_000_000 }),
      name: "ours, long backlog",
      roundsMax: 1,
    };
    const [relayKilled, consumerKilled] = [killedRelay(sending), killedConsumer(receiving)];
    await usual.prepare?.();
    await (await usual.run()).counts();
    const owned = opened.move();
    return {
      contenders: [usual, backlog, relayKilled, consumerKilled],
      rows: [
        {
          name: "the relay's process is killed; the next message is in the stream after",
          contender: relayKilled.name,
          figure: "againMs",
          unit: "ms",
          target: { kind: "most", first: 2_000, next: 500 },
        },
        {
          name: "the consumer's process is killed; the next message is handled after",
          contender: consumerKilled.name,
          figure: "againMs",
          unit: "ms",
          target: { kind: "most", first: 2_000, next: 500 },
        },
        {
          name: `a backlog of ${backlogOf(plan)}, beside one of ${usualOf(plan)}`,
          contender: backlog.name,
          figure: "perSecond",
          unit: "messages/s",
          floor: usual.name,
          target: { kind: "ratio", first: 0.8, loose: 0.1 },
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

/** One service, with a broker and a database that it shares with nobody. */
interface AloneWorld extends AsyncDisposable {
  readonly service: RunningService;
  readonly database: BenchDatabase;
  readonly view: BrokerView;
}

async function openAlone(bench: Bench, name: ServiceName): Promise<AloneWorld> {
  await using opened = new AsyncDisposableStack();
  const broker = opened.use(await bench.broker());
  const view = opened.use(await viewBroker(broker.url));
  const database = await bench.database(name);
  const environment = { DATABASE_URL: database.url, NATS_URL: broker.url };
  const service = opened.use(await bench.service(name, environment));
  opened.defer(() => service.process.kill());
  const owned = opened.move();
  return { service, database, view, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Messages are committed right after the kill; the process is started again at once. */
function killedRelay({ service, database: { sql }, view }: AloneWorld): Contender {
  let firstId = 500_000_000;
  return {
    name: "relay killed",
    async run() {
      const before = await view.lastSequence("ORDERS");
      const killedAt = performance.now();
      await service.process.kill();
      const restarted = service.process.restart();
      await fillOutbox(sql, { count: WAITING, firstId });
      firstId += WAITING;
      await eventually(async () => (await view.lastSequence("ORDERS")) > before, again);
      const againMs = performance.now() - killedAt;
      await restarted;
      await eventually(async () => (await sql`select from outbox`).length === 0, again);
      return {
        figures: { againMs },
        // The time of a killed process counts for whoever started it.
        done: 0,
        counts: async () => ({
          committed: WAITING,
          stored: (await view.lastSequence("ORDERS")) - before,
        }),
      };
    },
  };
}

/** Messages are stored right after the kill; the process is started again at once. */
function killedConsumer({ service, database: { sql }, view }: AloneWorld): Contender {
  let firstId = 1_000_000;
  return {
    name: "consumer killed",
    async run() {
      const before = await reservationsIn(sql);
      const messages = Array.from({ length: WAITING }, (_, index) =>
        readyMessage(orderCreated(firstId + index, `sku-${index % skuCount}`)),
      );
      firstId += WAITING;
      const killedAt = performance.now();
      await service.process.kill();
      const restarted = service.process.restart();
      await publishAll(view.connection, messages, PUBLISH_WINDOW);
      await eventually(async () => (await reservationsIn(sql)) > before, again);
      const againMs = performance.now() - killedAt;
      await restarted;
      await eventually(
        async () => (await view.waiting("ORDERS", "inventory-service")) === 0,
        again,
      );
      return {
        figures: { againMs },
        done: 0,
        counts: async () => ({
          published: WAITING,
          reserved: (await reservationsIn(sql)) - before,
        }),
      };
    },
  };
}

const again = { deadlineMs: AGAIN_MAX_MS, everyMs: POLL_MS };

async function reservationsIn(sql: BenchDatabase["sql"]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from reservations`;
  return row?.count ?? 0;
}
