import type { Fault } from "../fault.ts";

const KILLS_MAX = 4;

/** Kills one process after the other, at any moment. */
export const kill: Fault = {
  name: "kill",
  group: "A",
  points: ["process killed"],
  async inflict(world, random) {
    const kills = random.between(1, KILLS_MAX);
    for (let count = 0; count < kills; count += 1) {
      const victim = random.pick(world.replicas);
      await victim.exclusively(async () => {
        victim.signal("SIGKILL");
        world.reached("process killed");
      });
      await world.hold(random.between(20, 700));
    }
  },
};

/** Kills both processes of a service at once. */
export const killService: Fault = {
  name: "kill service",
  group: "A",
  points: ["service killed"],
  async inflict(world, random) {
    const service = random.pick(["orders", "inventory"] as const);
    for (const replica of world.replicas)
      if (replica.service === service) replica.signal("SIGKILL");
    world.reached("service killed");
    await world.hold(random.between(100, 1_500));
  },
};
