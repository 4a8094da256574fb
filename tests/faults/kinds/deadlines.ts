import type { Fault } from "../fault.ts";
import type { FaultWorld } from "../world.ts";

const TIMED_OUT_WITHIN_MS = 4_000;
/** Longer than the leader waits between two looks at the deadlines. */
const LOOKED_AT_MS = 2_500;
/** Longer than `ORDER_DEADLINE`. */
const AHEAD_MS = 20 * 60_000;

/** Undecided orders are suddenly long overdue, while the news that decides them is still on its way. */
export const movedDeadlines: Fault = {
  name: "moved deadlines",
  group: "F",
  points: ["deadlines moved", "orders timed out"],
  inflict: (world, random) =>
    whileUndecided(world, async () => {
      await world.hold(random.between(300, 800));
      const moved = await world.sql.orders<{ id: number }[]>`
        update orders set created_at = created_at - interval '1 hour'
        where status = 'PENDING' returning id::int`;
      for (const { id } of moved) world.overdue.add(id);
      await world.sql.orders`update outbox_sent set sent_at = sent_at - interval '1 hour'`;
      await world.sql.orders`update broker_seen set returned_at = returned_at - interval '1 hour'`;
      if (moved.length > 0) world.reached("deadlines moved");
      const timedOut = await world.until(async () => {
        const rows = await world.sql.orders`
          select id from orders where reason = 'timed out' limit 1`;
        return rows.length > 0;
      }, TIMED_OUT_WITHIN_MS);
      if (timedOut) world.reached("orders timed out");
    }),
};

/** The processes of orders have clocks that are far ahead of the database's, by which alone deadlines are judged. */
export const clockAhead: Fault = {
  name: "clock ahead",
  group: "F",
  points: ["clock ahead"],
  alone: true,
  async inflict(world) {
    const victims = world.replicas.filter(({ service }) => service === "orders");
    for (const victim of victims)
      await victim.exclusively(async () => {
        await victim.skewClock(AHEAD_MS);
        await world.until(() => isUp(victim.directUrl), TIMED_OUT_WITHIN_MS);
      });
    await whileUndecided(world, async () => {
      await world.hold(LOOKED_AT_MS);
      const [pending] = await world.sql
        .orders`select id from orders where status = 'PENDING' limit 1`;
      if (pending) world.reached("clock ahead");
    });
    for (const victim of victims) await victim.exclusively(() => victim.disarm());
  },
};

async function isUp(url: string): Promise<boolean> {
  return (await fetch(`${url}/livez`)).ok;
}

/** Inventory is frozen meanwhile, so that no order is decided by it. */
async function whileUndecided(world: FaultWorld, work: () => Promise<void>): Promise<void> {
  const thawed = Promise.withResolvers<void>();
  const frozen = world.replicas
    .filter(({ service }) => service === "inventory")
    .map((replica) =>
      replica.exclusively(async () => {
        replica.pause();
        await thawed.promise;
        replica.resume();
      }),
    );
  await work().finally(() => thawed.resolve());
  await Promise.all(frozen);
}
