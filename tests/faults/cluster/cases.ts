import { eventually } from "@app/platform/testing/eventually.ts";
import type { ClusterNode } from "@app/platform/testing/nats-cluster.ts";
import { type Observer, observe } from "@app/platform/testing/quorum.ts";
import type { ClusterWorld } from "./cluster-world.ts";

/** One way to trouble the cluster. */
export interface ClusterCase {
  readonly name: string;
  /**
   * Troubles the node that leads ORDERS, or more. From its return on the cluster can have, or soon
   * have, a quorum; `well` are the nodes that can then be asked, `heal` puts right what is left.
   */
  trouble(world: ClusterWorld, leader: ClusterNode): Promise<Troubled>;
}

export interface Troubled {
  readonly well: readonly ClusterNode[];
  heal(): Promise<void>;
}

const nothing = async () => undefined;
const downMs = 3_000;
const CAUGHT_UP_DEADLINE_MS = 60_000;

const steppedDown = [
  "CONSUMER.LEADER.STEPDOWN.ORDERS.inventory-service",
  "CONSUMER.LEADER.STEPDOWN.INVENTORY.orders-service",
  "STREAM.LEADER.STEPDOWN.ORDERS",
  "STREAM.LEADER.STEPDOWN.INVENTORY",
  "META.LEADER.STEPDOWN",
];

const others = ({ cluster }: ClusterWorld, node: ClusterNode) =>
  cluster.nodes.filter((other) => other !== node);

export const clusterCases: readonly ClusterCase[] = [
  {
    name: "leader killed",
    async trouble(world, leader) {
      await leader.server.kill();
      return { well: others(world, leader), heal: () => leader.server.restart() };
    },
  },
  {
    name: "leader paused",
    async trouble(world, leader) {
      leader.server.pause();
      return { well: others(world, leader), heal: async () => leader.server.resume() };
    },
  },
  {
    name: "leader isolated",
    async trouble(world, leader) {
      await leader.isolate();
      return { well: others(world, leader), heal: () => leader.rejoin() };
    },
  },
  {
    // Its clients still reach it, and it answers them nothing that counts.
    name: "leader isolated with its clients",
    async trouble(world, leader) {
      await leader.isolate({ clients: false });
      return { well: others(world, leader), heal: () => leader.rejoin() };
    },
  },
  {
    name: "leaders stepped down",
    async trouble(world) {
      const nc = await world.broker.connection(5_000);
      // One after the other has no leader for a moment, and then answers nobody: asking is all.
      for (const group of steppedDown) nc.publish(`$JS.API.${group}`);
      await nc.flush();
      return { well: world.cluster.nodes, heal: nothing };
    },
  },
  {
    name: "two of three down, then back",
    async trouble(world, leader) {
      const [second] = others(world, leader);
      const down = second ? [leader, second] : [leader];
      await Promise.all(down.map(({ server }) => server.kill()));
      await Bun.sleep(downMs);
      await Promise.all(down.map(({ server }) => server.restart()));
      return { well: world.cluster.nodes, heal: nothing };
    },
  },
  {
    name: "rolling restart",
    async trouble(world) {
      for (const node of world.cluster.nodes) {
        await node.server.restart();
        await using observer = await observe(others(world, node));
        await wholeAgain(observer);
      }
      return { well: world.cluster.nodes, heal: nothing };
    },
  },
];

/** Every stream and durable is led, and every copy of it is up to date. */
export async function wholeAgain(observer: Observer): Promise<void> {
  await eventually(async () => (await observer.hasQuorum()) && (await observer.behind()) === 0, {
    deadlineMs: CAUGHT_UP_DEADLINE_MS,
    everyMs: 100,
  });
}
