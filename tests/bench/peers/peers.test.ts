import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { findPostgres } from "@app/dev/infrastructure.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { ours, type PeerEntry, peers } from "./catalogue.ts";
import { librariesInstalled } from "./install-libraries.ts";
import { killedContender } from "./killed-contender.ts";
import { peerContender } from "./peer-contender.ts";
import { type PeerServers, peerServers } from "./peer-servers.ts";
import type { PeerWork } from "./peer-task.ts";

/** Ours shows that comparing works; the peers themselves join in where they have been compared before. */
const testable = librariesInstalled()
  ? [ours, ...peers].filter(({ broker }) => broker !== "Redis")
  : [ours];
const batching = testable.filter(({ backlog }) => backlog.batched !== undefined);

describe("the peers", () => {
  let running: AsyncDisposableStack;
  let servers: PeerServers;

  beforeAll(async () => {
    running = new AsyncDisposableStack();
    const directory = join(scratchDirectory(), `peers-${process.pid}`);
    const server = running.use(
      await startPostgres({
        program: await findPostgres(),
        directory,
        durable: false,
        throwAway: true,
      }),
    );
    servers = running.use(
      await peerServers({
        directory,
        postgres: server,
        broker: () => temporaryBroker(),
        count: () => undefined,
        step: () => undefined,
      }),
    );
  });
  afterAll(() => running.disposeAsync());

  test.each(testable)("$name gives each order its effect once", async (peer) => {
    const counts = await countsOf(peer, { kind: "latency", perSecond: 50, seconds: 0.4 });

    expect(counts).toEqual({ jobs: 20, orders: 20, effects: 20, "orders with effect": 20 });
  });

  test.each(batching)("$name gives many orders their effects once", async (peer) => {
    const counts = await countsOf(peer, { kind: "deliver", way: "batched", jobs: 110 });

    expect(counts).toEqual({ jobs: 110, orders: 110, effects: 110, "orders with effect": 110 });
  });

  test("lose no job when they are killed, where it is one commit with its order", async () => {
    const { figures, counts } = await killedContender(servers, ours, 2).run();
    const { orders, effects } = await counts();

    expect(figures.lost).toBe(0);
    expect(orders).toBeGreaterThan(0);
    expect(effects).toBe(orders);
  });

  async function countsOf(peer: PeerEntry, work: PeerWork): Promise<Record<string, number>> {
    await using contender = peerContender(servers, peer, work);
    await contender.prepare?.();
    const { counts } = await contender.run();
    return counts();
  }
});
