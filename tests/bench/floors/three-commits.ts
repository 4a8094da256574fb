import postgres from "postgres";
import type { Bench } from "../bench.ts";
import { type BrokerView, viewBroker } from "../jetstream-admin.ts";
import type { Contender } from "../job.ts";
import { openLoop } from "../open-loop.ts";
import { quantile } from "../ratios.ts";

/** When each of the three commits of one run was acknowledged. */
interface Steps {
  readonly firstMs: number;
  secondMs: number;
  thirdMs: number;
  readonly done: () => void;
}

const STREAM = "STEPS";
const CONNECTIONS = 4;

/**
 * Three commits of one row each and two hops over a stream between them, by one process that decides
 * nothing and remembers nothing: the least time in which a saga of two services could be over.
 */
export async function threeCommits(
  bench: Bench,
  { perSecond, count }: { readonly perSecond: number; readonly count: number },
): Promise<Contender & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const { url } = await bench.emptyDatabase("steps");
  const sql = postgres(url, { max: CONNECTIONS, onnotice: () => undefined });
  opened.defer(() => sql.end({ timeout: 1 }));
  await sql`create table steps (run int, step int, body bytea, primary key (run, step))`;
  const broker = opened.use(await bench.broker());
  const view = opened.use(await viewBroker(broker.url));
  const body = Buffer.alloc(64, 1);
  const commit = (run: number, step: number) =>
    sql`insert into steps (run, step, body) values (${run}, ${step}, ${body})`;
  const running = new Map<number, Steps>();
  let lost: unknown;

  await view.ask(`STREAM.CREATE.${STREAM}`, {
    name: STREAM,
    subjects: ["steps.>"],
    storage: "file",
    max_bytes: 2 ** 30,
  });
  await deliver(view, "steps.1.*", async (run) => {
    await commit(run, 2);
    const steps = running.get(run);
    if (steps) steps.secondMs = performance.now();
    view.connection.publish(`steps.2.${run}`, body);
  });
  await deliver(view, "steps.2.*", async (run) => {
    await commit(run, 3);
    const steps = running.get(run);
    if (steps) steps.thirdMs = performance.now();
    steps?.done();
  });

  /** A push consumer with nothing to acknowledge: the shortest way from a stream to a process. */
  async function deliver(
    { connection, ask }: BrokerView,
    subject: string,
    handle: (run: number) => Promise<void>,
  ): Promise<void> {
    const deliverTo = `deliver.${crypto.randomUUID()}`;
    connection.subscribe(deliverTo, {
      callback: (_, message) => {
        const run = Number(message.subject.slice(message.subject.lastIndexOf(".") + 1));
        handle(run).catch((error: unknown) => {
          lost ??= error;
          running.get(run)?.done();
        });
      },
    });
    await ask(`CONSUMER.CREATE.${STREAM}`, {
      stream_name: STREAM,
      config: { deliver_subject: deliverTo, filter_subject: subject, ack_policy: "none" },
    });
  }

  let next = 0;
  const round = async (runs: number) => {
    const ended: Steps[] = [];
    await openLoop({
      perSecond,
      count: runs,
      begin: async () => {
        const run = next++;
        await commit(run, 1);
        const { promise, resolve: done } = Promise.withResolvers<void>();
        const steps: Steps = { firstMs: performance.now(), secondMs: 0, thirdMs: 0, done };
        running.set(run, steps);
        view.connection.publish(`steps.1.${run}`, body);
        await promise;
        running.delete(run);
        ended.push(steps);
      },
    });
    if (lost !== undefined) throw lost;
    return ended;
  };
  await round(Math.min(count, perSecond));

  const owned = opened.move();
  return {
    name: "three commits and two hops",
    async run() {
      const before = await view.lastSequence(STREAM);
      const steps = await round(count);
      const whole = steps.map(({ firstMs, thirdMs }) => thirdMs - firstMs);
      const hop = steps.map(({ firstMs, secondMs }) => secondMs - firstMs);
      return {
        figures: {
          p50Ms: quantile(whole, 0.5),
          p99Ms: quantile(whole, 0.99),
          hopP50Ms: quantile(hop, 0.5),
          hopP99Ms: quantile(hop, 0.99),
        },
        done: count,
        counts: async () => ({
          begun: count,
          ended: steps.length,
          "messages, halved": ((await view.lastSequence(STREAM)) - before) / 2,
        }),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
