import type { Fault } from "../fault.ts";

const CROWD = 8;
const HELD_MAX_MS = 4_000;

/** The relay of a service reaches no broker for a long time, and then has a large backlog. */
export const backlog: Fault = {
  name: "backlog",
  group: "F",
  points: ["backlog piled up"],
  async inflict(world, random) {
    const service = random.pick(["orders", "inventory"] as const);
    const links = world.links.filter(({ from, to }) => from === service && to === "nats");
    for (const { proxy } of links) {
      await proxy.set("refuse");
      proxy.cut();
    }
    world.workload.crowd(CROWD);
    await world.hold(random.between(1_500, HELD_MAX_MS));
    const [rows] = await world.sql[service]<{ count: number }[]>`
      select count(*)::int from outbox`;
    if (rows && rows.count > 0) world.reached("backlog piled up");
    world.note(`${rows?.count} messages of ${service} wait`);
    for (const { proxy } of links) await proxy.set("none");
  },
};
