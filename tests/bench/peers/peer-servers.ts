import { join } from "node:path";
import postgres from "postgres";
import type { Bench } from "../bench.ts";
import type { PeerEntry } from "./catalogue.ts";
import { type PeerDatabase, peerDatabases } from "./peer-database.ts";
import { startPeer } from "./peer-process.ts";
import type { PeerTask } from "./peer-task.ts";
import { findRedis, startRedis } from "./redis-server.ts";

/** Where peers work: one Postgres for all, and for each run a database and a broker of its own. */
export interface PeerServers extends AsyncDisposable {
  /** A world in which only this peer works, once. */
  world(peer: PeerEntry): Promise<PeerRun>;
}

export interface PeerRun extends AsyncDisposable {
  readonly database: PeerDatabase;
  /** Starts the peer's process; at the end of the world it ends as well. */
  start(asked: Pick<PeerTask, "fresh" | "firstOrder" | "work">): ReturnType<typeof startPeer>;
}

/** What is asked of a bench; a test has servers of its own, in memory. */
export interface ServersOfBench extends Pick<Bench, "directory" | "count" | "step"> {
  readonly postgres: { readonly url: string; restart(): Promise<void> };
  broker(): Promise<AsyncDisposable & { readonly url: string }>;
}

/** Lets Postgres write what logical replication needs for as long as the peers are compared. */
export async function peerServers(bench: ServersOfBench): Promise<PeerServers> {
  await using started = new AsyncDisposableStack();
  await alterSystem(bench, async (sql) => {
    await sql`alter system set wal_level = logical`;
    await sql`alter system set track_commit_timestamp = on`;
  });
  started.defer(() =>
    alterSystem(bench, async (sql) => {
      await sql`alter system reset wal_level`;
    }),
  );
  const databases = started.use(await peerDatabases(bench.postgres.url));
  const owned = started.move();
  let worlds = 0;
  return {
    world: async (peer) => {
      await using own = new AsyncDisposableStack();
      worlds += 1;
      const database = own.use(await databases.create());
      const nats = peer.broker === "JetStream" ? own.use(await bench.broker()) : undefined;
      const redis = peer.broker === "Redis" ? own.use(await redisOf(bench, worlds)) : undefined;
      const kept = own.move();
      const world = { databaseUrl: database.url, natsUrl: nats?.url, redisUrl: redis?.url };
      return {
        database,
        async start(asked) {
          const child = kept.use(await startPeer({ peer: peer.name, world, ...asked }));
          bench.count("peer", child);
          return child;
        },
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function redisOf(bench: ServersOfBench, nth: number) {
  const program = findRedis();
  if (program === undefined) throw new Error("redis-server was there and is gone");
  const redis = await startRedis(program, join(bench.directory, `redis-${nth}`));
  bench.count("broker", redis);
  return redis;
}

async function alterSystem(
  { postgres: server }: ServersOfBench,
  alter: (sql: postgres.Sql) => Promise<void>,
): Promise<void> {
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
  try {
    await alter(admin);
  } finally {
    await admin.end();
  }
  await server.restart();
}
