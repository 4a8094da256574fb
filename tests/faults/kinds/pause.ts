import type { Fault } from "../fault.ts";

/** Longer than the ack wait of 2 s, the leader's idle_session_timeout of 1.5 s and a handler's 800 ms. */
const PAUSE_MAX_MS = 3_500;

/** Freezes one process, and lets it go on as if nothing had happened. */
export const pause: Fault = {
  name: "pause",
  group: "A",
  points: ["process paused"],
  async inflict(world, random) {
    const victim = random.pick(world.replicas);
    await victim.exclusively(async () => {
      victim.pause();
      await world.hold(random.between(100, PAUSE_MAX_MS));
      victim.resume();
    });
    world.reached("process paused");
  },
};

/** Freezes a relay's leader until another leads, and lets it go on believing that it still does. */
export const pauseLeader: Fault = {
  name: "pause leader",
  group: "A",
  points: ["leader paused", "leader replaced"],
  async inflict(world, random) {
    const service = random.pick(["orders", "inventory"] as const);
    const leader = async () => {
      const [row] = await world.sql[service]<{ pid: number }[]>`
        select pid from pg_locks where locktype = 'advisory' and granted
          and database = (select oid from pg_database where datname = current_database())`;
      return row?.pid;
    };
    const before = await leader();
    // Nothing tells from outside which of the two it is: each is frozen in turn.
    for (const victim of world.replicas.filter((replica) => replica.service === service)) {
      await victim.exclusively(async () => {
        victim.pause();
        const replaced = await world.until(async () => {
          const now = await leader();
          return now !== undefined && now !== before;
        }, PAUSE_MAX_MS);
        victim.resume();
        world.reached("leader paused");
        if (replaced) world.reached("leader replaced");
      });
      if ((await leader()) !== before) return;
    }
  },
};

/** Freezes the broker or the database: connections stand, and nobody answers. */
export const pauseServer: Fault = {
  name: "pause server",
  group: "A",
  points: ["broker paused", "database paused"],
  async inflict(world, random) {
    const [what, server] =
      world.seed % 2 === 0
        ? (["broker", random.pick(world.nats)] as const)
        : (["database", world.postgres] as const);
    server.pause();
    await world.hold(random.between(100, PAUSE_MAX_MS));
    server.resume();
    world.reached(`${what} paused`);
  },
};
