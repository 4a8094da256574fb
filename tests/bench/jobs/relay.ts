import { eventually } from "@app/platform/testing/eventually.ts";
import type { BenchDatabase } from "../bench.ts";
import { publishAll } from "../floors/raw-publish.ts";
import { type BrokerView, viewBroker } from "../jetstream-admin.ts";
import type { Contender, Job, Plan } from "../job.ts";
import { fillOutbox, orderCreated, readyMessage } from "../messages.ts";

const messagesOf = ({ short }: Plan) => (short ? 4_000 : 60_000);
const IN_FLIGHT_MAX = 256;
const DRAIN_MAX_MS = 600_000;
const POLL_MS = 10;
const FLOOR_STREAM = "FLOOR";

/** From an outbox full of messages to the last of them acknowledged and finished. */
export const relay: Job = {
  name: "ii",
  title: "relay: from the outbox to the stream's acknowledgement, rows finished",
  seconds: (plan) => 2 + (plan.rounds + 1) * (messagesOf(plan) / 5_000),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const broker = opened.use(await bench.broker());
    const view = opened.use(await viewBroker(broker.url));
    const database = await bench.database("orders");
    const environment = { DATABASE_URL: database.url, NATS_URL: broker.url };
    const service = opened.use(await bench.service("orders", environment));
    opened.defer(() => service.process.kill());
    await view.ask(`STREAM.CREATE.${FLOOR_STREAM}`, {
      name: FLOOR_STREAM,
      subjects: ["floor.>"],
      storage: "file",
      max_bytes: 2 * 1024 ** 3,
    });

    const floor = publishFloor(view, plan);
    const ours = relayOf({ database, view, count: messagesOf(plan) });
    await ours.prepare?.();
    await (await ours.run()).counts();
    const owned = opened.move();
    return {
      contenders: [floor, ours],
      rows: [
        {
          name: "one replica",
          contender: ours.name,
          figure: "perSecond",
          unit: "messages/s",
          floor: floor.name,
          target: { kind: "ratio", first: 0.7, next: 0.95, loose: 0.01 },
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

/** The same messages published by the bare client, tuned: what the broker takes from one connection. */
function publishFloor(view: BrokerView, plan: Plan): Contender {
  const { connection } = view;
  let messages: ReturnType<typeof readyMessage>[] = [];
  return {
    name: `client alone, ${IN_FLIGHT_MAX} in flight`,
    async prepare() {
      messages = Array.from({ length: messagesOf(plan) }, (_, index) => {
        const message = readyMessage(orderCreated(1_000_000 + index, "sku-17"));
        return { ...message, subject: `floor.${message.subject}` };
      });
    },
    async run() {
      const before = await view.lastSequence(FLOOR_STREAM);
      const { acknowledged, duplicates, elapsedMs } = await publishAll(
        connection,
        messages,
        IN_FLIGHT_MAX,
      );
      return {
        figures: { perSecond: (acknowledged * 1_000) / elapsedMs },
        done: acknowledged,
        counts: async () => ({
          sent: messages.length,
          acknowledged: acknowledged - duplicates,
          stored: (await view.lastSequence(FLOOR_STREAM)) - before,
        }),
      };
    },
  };
}

/**
 * Commits the whole backlog at once and waits until its last row is finished. The clock runs from
 * the moment in which the relay is told.
 */
export function relayOf({
  database,
  view,
  count,
  ...given
}: {
  readonly database: BenchDatabase;
  readonly view: BrokerView;
  readonly count: number;
  /** Of the first round's first message; each has another. */
  readonly firstId?: number;
}): Contender {
  const { sql } = database;
  let commit = async (): Promise<void> => undefined;
  let firstId = given.firstId ?? 1_000_000;
  return {
    name: "ours, relay",
    async prepare() {
      await sql`checkpoint`;
      const session = await sql.reserve();
      await session`begin`;
      await fillOutbox(session, { count, firstId });
      firstId += count;
      commit = async () => {
        await session`commit`;
        session.release();
      };
    },
    async run() {
      const before = { sent: await sentIn(sql), stored: await view.lastSequence("ORDERS") };
      await commit();
      const startedAt = performance.now();
      view.wakeRelay("orders");
      await drained(sql, view, before.stored + count);
      const elapsedMs = performance.now() - startedAt;
      return {
        figures: { perSecond: (count * 1_000) / elapsedMs },
        done: count,
        counts: async () => ({
          "in the outbox": count,
          finished: (await sentIn(sql)) - before.sent,
          stored: (await view.lastSequence("ORDERS")) - before.stored,
        }),
      };
    },
  };
}

/** Asks the stream first, which costs the relay's database nothing. */
async function drained(
  sql: BenchDatabase["sql"],
  view: BrokerView,
  lastSequence: number,
): Promise<void> {
  const often = { deadlineMs: DRAIN_MAX_MS, everyMs: POLL_MS };
  await eventually(async () => (await view.lastSequence("ORDERS")) >= lastSequence, often);
  await eventually(
    async () => (await sql`select from outbox order by id limit 1`).length === 0,
    often,
  );
}

async function sentIn(sql: BenchDatabase["sql"]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from outbox_sent`;
  return row?.count ?? 0;
}
