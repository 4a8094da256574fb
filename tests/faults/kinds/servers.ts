import { eventually } from "@app/platform/testing/eventually.ts";
import type { Fault } from "../fault.ts";

const RESTART_DEADLINE_MS = 15_000;

/** Kills the broker and starts it again on what it had written. */
export const killBroker: Fault = {
  name: "kill broker",
  group: "A",
  points: ["broker killed"],
  async inflict(world, random) {
    const server = random.pick(world.nats);
    await server.exclusively(async () => {
      await server.kill();
      world.reached("broker killed");
      await world.hold(random.between(0, 1_500));
      await server.restart();
    });
  },
};

/** Kills Postgres with all its sessions, and lets it recover. */
export const killDatabase: Fault = {
  name: "kill database",
  group: "A",
  points: ["database killed"],
  async inflict(world, random) {
    await world.postgres.kill();
    world.reached("database killed");
    await world.hold(random.between(0, 1_000));
    // A session that outlives the server for a moment holds its memory, and no new one starts.
    const deadlineMs = RESTART_DEADLINE_MS;
    await eventually(() => world.postgres.restart(), { deadlineMs, everyMs: 100 });
  },
};
