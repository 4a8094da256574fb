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

/** Undecided orders are suddenly long overdue, while the news that decides them is still on its way. */
export const movedDeadlines: Fault = {
  name: "moved deadlines",
  group: "F",
  points: ["deadlines moved", "orders timed out"],
  async inflict(world, random) {
    const inventory = world.replicas.filter(({ service }) => service === "inventory");
    const frozen = Promise.withResolvers<void>();
    const held = inventory.map((replica) =>
      replica.exclusively(async () => {
        replica.pause();
        await frozen.promise;
        replica.resume();
      }),
    );
    await world.hold(random.between(300, 800));
    const moved = await world.sql.orders`
      update orders set created_at = created_at - interval '1 hour'
      where status = 'PENDING' returning id`;
    await world.sql.orders`update outbox_sent set sent_at = sent_at - interval '1 hour'`;
    await world.sql.orders`update broker_seen set returned_at = returned_at - interval '1 hour'`;
    if (moved.length > 0) world.reached("deadlines moved");
    const timedOut = await world.until(async () => {
      const rows = await world.sql.orders`select id from orders where reason = 'timed out' limit 1`;
      return rows.length > 0;
    }, HELD_MAX_MS);
    if (timedOut) world.reached("orders timed out");
    frozen.resolve();
    await Promise.all(held);
  },
};
