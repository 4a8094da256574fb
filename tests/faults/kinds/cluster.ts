import type { Fault, SeededRandom } from "../fault.ts";
import { jetStreamApi } from "../jetstream-api.ts";
import type { BrokerNode } from "../stack.ts";
import type { FaultWorld } from "../world.ts";

const HELD_MAX_MS = 4_000;
const NODE_UP_MS = 1_000;

/** Does something to one of the three nodes: mostly to the one that leads a stream. */
function onANode(
  name: string,
  trouble: (node: BrokerNode, world: FaultWorld, random: SeededRandom) => Promise<void>,
): Fault {
  return {
    name,
    group: "E",
    nodes: 3,
    points: [name],
    async inflict(world, random) {
      const leader = await leaderOf(world, random.pick(["ORDERS", "INVENTORY"] as const));
      const node = leader && random.chance(70) ? leader : random.pick(world.nats);
      await trouble(node, world, random);
      world.reached(name);
    },
  };
}

/** Undefined while the stream has no leader, or nobody says who it is. */
async function leaderOf(world: FaultWorld, stream: string): Promise<BrokerNode | undefined> {
  const asked = jetStreamApi(world.broker, `STREAM.INFO.${stream}`);
  const info = await asked.catch((): Record<string, unknown> => ({}));
  const { leader } = (info.cluster ?? {}) as { readonly leader?: string };
  return world.nats.find(({ serverName }) => serverName === leader);
}

const GROUPS = [
  "CONSUMER.LEADER.STEPDOWN.ORDERS.inventory-service",
  "CONSUMER.LEADER.STEPDOWN.INVENTORY.orders-service",
  "STREAM.LEADER.STEPDOWN.ORDERS",
  "STREAM.LEADER.STEPDOWN.INVENTORY",
  "META.LEADER.STEPDOWN",
];

export const clusterFaults: readonly Fault[] = [
  onANode("node killed", async (node, world, random) => {
    await node.kill();
    await world.hold(random.between(500, HELD_MAX_MS));
    await node.restart();
  }),
  onANode("node paused", async (node, world, random) => {
    node.pause();
    await world.hold(random.between(500, HELD_MAX_MS));
    node.resume();
  }),
  onANode("node isolated", async (node, world, random) => {
    await node.isolate({ clients: true });
    await world.hold(random.between(500, HELD_MAX_MS));
    await node.rejoin();
  }),
  // Its clients still reach it, and it answers them nothing that counts.
  onANode("node isolated with its clients", async (node, world, random) => {
    await node.isolate({ clients: false });
    await world.hold(random.between(500, HELD_MAX_MS));
    await node.rejoin();
  }),
  onANode("two nodes killed", async (node, world, random) => {
    const other = random.pick(world.nats.filter((each) => each !== node));
    await Promise.all([node.kill(), other.kill()]);
    await world.hold(random.between(500, HELD_MAX_MS));
    await Promise.all([node.restart(), other.restart()]);
  }),
  {
    name: "leaders stepped down",
    group: "E",
    nodes: 3,
    points: ["leaders stepped down"],
    async inflict(world, random) {
      const connection = await world.broker.connection(HELD_MAX_MS);
      for (const group of random.shuffled(GROUPS)) {
        // A group without a leader answers nobody: asking is all.
        connection.publish(`$JS.API.${group}`);
        await world.hold(random.between(0, 500));
      }
      await connection.flush();
      world.reached("leaders stepped down");
    },
  },
  {
    name: "rolling restart of nodes",
    group: "E",
    nodes: 3,
    points: ["nodes rolled over"],
    async inflict(world, random) {
      for (const node of random.shuffled(world.nats)) {
        await node.stop();
        await node.restart();
        await world.hold(random.between(NODE_UP_MS, 2 * NODE_UP_MS));
      }
      world.reached("nodes rolled over");
    },
  },
];
