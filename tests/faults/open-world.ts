import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { systemClock } from "@app/platform/clock.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { type TcpProxy, tcpProxy } from "@app/platform/testing/tcp-proxy.ts";
import postgres from "postgres";
import type { SeededRandom } from "./fault.ts";
import { deleteStreams } from "./jetstream-api.ts";
import { type Replica, startReplica } from "./replica.ts";
import { type Stack, serviceNames } from "./stack.ts";
import { startWorkload } from "./workload.ts";
import type { FaultWorld, Garbage, Link } from "./world.ts";

/** A world with what the run itself needs of it. */
export interface OpenWorld extends FaultWorld, AsyncDisposable {
  readonly stack: Stack;
  /** Ends every `hold`, puts every link and process right, and waits until all are ready. */
  heal(): Promise<void>;
  readonly points: ReadonlyMap<string, number>;
}

export interface WorldOptions {
  readonly stack: Stack;
  readonly seed: number;
  readonly random: SeededRandom;
  /** Keeps the services' logs. */
  readonly directory: string;
  readonly bunArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly onNote: (text: string) => void;
}

const READY_DEADLINE_MS = 60_000;

/** Short, so that a pause of seconds outlives them; everything else is as in production. */
const SETTINGS = {
  HANDLER_TIMEOUT: "800ms",
  RETRY_BASE: "20ms",
  LANE_GAP_AFTER: "1500ms",
  ORDER_DEADLINE: "15m",
  DATABASE_CONNECTIONS_MAX: "6",
  LOG_LEVEL: "info",
};

/** Starts two replicas of each service on fresh databases and streams, every hop behind a proxy. */
export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const { stack, directory, onNote } = options;
  await using opened = new AsyncDisposableStack();
  mkdirSync(directory, { recursive: true });
  const databases = await stack.createDatabases();
  opened.defer(() => databases.drop());
  const { ownersUrls, urls } = databases;
  const broker = openJetStream({
    servers: stack.nats.map(({ url }) => url),
    name: "faults",
    clock: systemClock,
  });
  opened.defer(() => broker.close());
  await deleteStreams(broker);
  const sql = { orders: clientOf(urls.orders), inventory: clientOf(urls.inventory) };
  for (const client of Object.values(sql)) opened.defer(() => client.end({ timeout: 1 }));

  const links: Link[] = [];
  const link = async (hop: Omit<Link, "name" | "proxy">, target: string): Promise<TcpProxy> => {
    const proxy = opened.use(await tcpProxy({ target }));
    const name = `${hop.from} → ${hop.to} ${hop.replica}`;
    links.push({ ...hop, name, proxy });
    return proxy;
  };
  const replicas: Replica[] = [];
  const handlerOrders = join(directory, "handler-orders.json");
  await Promise.all(
    [0, 1].flatMap((index) =>
      serviceNames.map(async (service) => {
        const ports = { main: await freePort(), grpc: await freePort(), metrics: await freePort() };
        const hop = { from: service, replica: index } as const;
        const database = await link({ ...hop, to: "postgres" }, ownersUrls[service]);
        const brokers = await Promise.all(
          stack.nats.map(({ linkUrl }) =>
            link({ ...hop, to: "nats" }, linkUrl).then((it) => it.through(linkUrl)),
          ),
        );
        const client = await link(
          { from: "client", to: service, replica: index },
          `http://127.0.0.1:${ports.main}`,
        );
        const replica = await startReplica({
          service,
          index,
          ports,
          url: `http://127.0.0.1:${client.port}`,
          directory,
          bunArguments: options.bunArguments,
          environment: {
            ...SETTINGS,
            ...(stack.nats.length > 1 && { STREAM_REPLICAS: String(stack.nats.length) }),
            ...options.environment,
            HANDLER_ORDERS: handlerOrders,
            DATABASE_URL: database.through(ownersUrls[service]),
            NATS_URL: brokers.join(","),
          },
        });
        replicas.push(opened.use(replica));
      }),
    ),
  );
  replicas.sort((a, b) => a.name.localeCompare(b.name));
  await Promise.all(replicas.map((replica) => replica.ready(READY_DEADLINE_MS)));

  const points = new Map<string, number>();
  const healing = new AbortController();
  const workload = startWorkload({ replicas, random: options.random.fork("workload") });
  opened.defer(() => workload.abandon());
  const owned = opened.move();
  const world: OpenWorld = {
    stack,
    seed: options.seed,
    replicas,
    links,
    workload,
    broker,
    sql,
    natsUrl: stack.nats[0]?.url ?? "",
    createEmptyDatabase: stack.createEmptyDatabase,
    handlerOrders,
    postgres: stack.postgres,
    nats: stack.nats,
    disks: stack.disks,
    garbage: [] satisfies Garbage[],
    overdue: new Set(),
    points,
    get healing() {
      return healing.signal.aborted;
    },
    hold: (ms) => pause(ms, healing.signal),
    async until(check, ms) {
      const giveUpAt = performance.now() + ms;
      const holds = async () => check();
      do {
        if (await holds().catch(() => false)) return true;
        await pause(POLL_MS, healing.signal);
      } while (performance.now() < giveUpAt && !healing.signal.aborted);
      return false;
    },
    note: onNote,
    reached: (point) => points.set(point, (points.get(point) ?? 0) + 1),
    async heal() {
      healing.abort();
      await rm(handlerOrders, { force: true });
      for (const { proxy } of links) {
        proxy.delay(0);
        await proxy.set("none");
      }
      for (const disk of stack.disks ? Object.values(stack.disks) : []) disk.free();
      for (const node of stack.nats) await node.rejoin();
      for (const server of [stack.postgres, ...stack.nats, ...replicas]) server.resume();
      for (const replica of replicas) await replica.exclusively(() => replica.disarm());
      await Promise.all(replicas.map((replica) => replica.ready(READY_DEADLINE_MS)));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return world;
}

const POLL_MS = 20;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

function clientOf(url: string): postgres.Sql {
  return postgres(url, { max: 3, backoff: () => 0.1, onnotice: () => undefined });
}
