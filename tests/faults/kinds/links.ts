import type { Fault as LinkFault, TcpProxy } from "@app/platform/testing/tcp-proxy.ts";
import type { Fault, SeededRandom } from "../fault.ts";
import type { FaultWorld, Link } from "../world.ts";

const HELD_MAX_MS = 2_500;

const tiers = ["postgres", "nats", "client"] as const;

/** Resolves with whether there was anything to be spoiled. */
type Spoiling = (proxy: TcpProxy, world: FaultWorld, random: SeededRandom) => Promise<boolean>;

/** One link is spoiled for a while by `spoil`, and is whole again afterwards. */
function onALink(name: string, spoil: Spoiling): Fault {
  return {
    name,
    group: "B",
    points: tiers.map((tier) => `${name}: ${tier}`),
    async inflict(world, random) {
      // In turn, because a few seeds of a kind must meet every tier. Those of one kind often lie three
      // apart, and the turn moves on with each three.
      const turn = world.seed + Math.floor(world.seed / tiers.length);
      const tier = tiers[turn % tiers.length] ?? "postgres";
      const { proxy, name: link } = random.pick(world.links.filter((it) => tierOf(it) === tier));
      world.note(`${name}: ${link}`);
      try {
        if (await spoil(proxy, world, random)) world.reached(`${name}: ${tier}`);
      } finally {
        proxy.delay(0);
        await proxy.set("none");
      }
    },
  };
}

const tierOf = ({ from, to }: Link) =>
  from === "client" ? "client" : to === "nats" ? "nats" : "postgres";

/** The link is in a state for a while; `cut` ends it, as a time-out in between would. */
const held =
  (fault: LinkFault): Spoiling =>
  async (proxy, world, random) => {
    await proxy.set(fault);
    await world.hold(random.between(100, HELD_MAX_MS));
    const used = proxy.connections > 0;
    if (random.chance(50)) proxy.cut();
    return used;
  };

const oneDirection: Spoiling = (proxy, world, random) =>
  held(random.pick(["black-hole-to-server", "black-hole-to-client"] as const))(
    proxy,
    world,
    random,
  );

const LATENCY_MAX_MS = 250;
const CUTS_MAX = 4;
const PAUSE_MAX_MS = 500;
const TORN_WITHIN_MS = 3_000;

export const linkFaults: readonly Fault[] = [
  onALink("latency", async (proxy, world, random) => {
    proxy.delay(random.between(5, LATENCY_MAX_MS));
    await world.hold(random.between(500, HELD_MAX_MS));
    return proxy.connections > 0;
  }),
  onALink("cut", async (proxy, world, random) => {
    const cuts = random.between(1, CUTS_MAX);
    let some = false;
    for (let count = 0; count < cuts; count += 1) {
      some ||= proxy.connections > 0;
      proxy.cut();
      await world.hold(random.between(20, PAUSE_MAX_MS));
    }
    return some;
  }),
  onALink("refuse", async (proxy, world, random) => {
    await proxy.set("refuse");
    proxy.cut();
    await world.hold(random.between(100, HELD_MAX_MS));
    return true;
  }),
  onALink("half-open", held("black-hole")),
  onALink("one direction", oneDirection),
  onALink("torn frame", async (proxy, world, random) => {
    const before = proxy.torn;
    const cuts = random.between(1, CUTS_MAX);
    for (let count = 0; count < cuts; count += 1) {
      proxy.tear();
      await world.hold(random.between(50, PAUSE_MAX_MS));
    }
    // What carries nothing at the moment is torn with the next piece.
    return world.until(() => proxy.torn > before, TORN_WITHIN_MS);
  }),
  // What was asked is done, and whoever asked never hears of it.
  onALink("reply lost", async (proxy, world, random) => {
    await proxy.set("black-hole-to-client");
    await world.hold(random.between(20, PAUSE_MAX_MS));
    const used = proxy.connections > 0;
    proxy.cut();
    return used;
  }),
];

/** Every link of the system is cut, in random order, within a second or two. */
export const everyLink: Fault = {
  name: "every link",
  group: "B",
  points: ["every link cut"],
  async inflict(world, random) {
    for (const { proxy } of random.shuffled(world.links)) {
      if (random.chance(50)) proxy.cut();
      else proxy.tear();
      await world.hold(random.between(0, 120));
    }
    world.reached("every link cut");
  },
};
