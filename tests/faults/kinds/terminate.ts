import type { Fault } from "../fault.ts";

const STORM_SIGNALS_MAX = 6;
const READY_DEADLINE_MS = 20_000;

/** Tells processes to stop again and again: a second signal ends one that is stopping at once. */
export const sigtermStorm: Fault = {
  name: "sigterm storm",
  group: "A",
  points: ["process terminated"],
  async inflict(world, random) {
    const signals = random.between(2, STORM_SIGNALS_MAX);
    for (let count = 0; count < signals; count += 1) {
      const victim = random.pick(world.replicas);
      victim.signal("SIGTERM");
      world.reached("process terminated");
      await world.hold(random.between(0, 400));
    }
  },
};

/** Restarts every process in turn, each only once the one before is ready, as a deployment does. */
export const rollingRestart: Fault = {
  name: "rolling restart",
  group: "A",
  points: ["rolled over"],
  async inflict(world, random) {
    for (const replica of random.shuffled(world.replicas)) {
      await replica.exclusively(async () => {
        const { starts } = replica;
        replica.signal("SIGTERM");
        await world.until(() => replica.starts > starts, READY_DEADLINE_MS);
        if (!world.healing) await replica.ready(READY_DEADLINE_MS);
      });
      if (world.healing) return;
    }
    world.reached("rolled over");
  },
};
