import { eventually } from "@app/platform/testing/eventually.ts";
import { call } from "./calls.ts";
import type { OpenWorld } from "./open-world.ts";
import { serviceNames } from "./stack.ts";

const SETTLED_DEADLINE_MS = 60_000;
const ways = {
  orders: ["INVENTORY", "orders-service"],
  inventory: ["ORDERS", "inventory-service"],
} as const;

/**
 * Waits until nothing is left to do: every order decided, every message sent, handled and
 * acknowledged. Dead letters that only faults made are redriven meanwhile, as an operator would.
 * Rejects after a minute with what is left.
 */
export async function settle(world: OpenWorld): Promise<void> {
  await eventually(
    async () => {
      await redriveAll(world);
      const left = await undone(world);
      if (left.length > 0) throw new Error(`still to do: ${left.join(", ")}`);
    },
    { deadlineMs: SETTLED_DEADLINE_MS, everyMs: 100 },
  );
}

/** What has not been done yet, in words. */
async function undone({ sql, broker }: OpenWorld): Promise<string[]> {
  const left: string[] = [];
  const [pending] = await sql.orders<{ count: number }[]>`
    select count(*)::int from orders where status = 'PENDING'`;
  if (pending?.count) left.push(`${pending.count} orders are PENDING`);
  for (const service of serviceNames) {
    const [rows] = await sql[service]<{ outbox: number; parked: number; dead: number }[]>`
      select (select count(*)::int from outbox) as outbox,
        (select count(*)::int from parked) as parked,
        (select count(*)::int from dead_letters where state = 'dead'
          and reason in ('attempts_used', 'left_behind')) as dead`;
    if (rows?.outbox) left.push(`${rows.outbox} messages of ${service} are unsent`);
    if (rows?.parked) left.push(`${rows.parked} messages are parked by ${service}`);
    if (rows?.dead) left.push(`${rows.dead} dead letters of ${service} wait for their redrive`);
    const [stream, durable] = ways[service];
    const state = await broker.durableState(stream, durable);
    if (!state) left.push(`there is no ${durable}`);
    else if (state.pending + state.unacknowledged > 0)
      left.push(`${durable} has ${state.pending} to come and ${state.unacknowledged} in hand`);
  }
  return left;
}

/** Redrives every letter that could be read: what was in its way has been healed. */
async function redriveAll({ sql, replicas }: OpenWorld): Promise<void> {
  for (const service of serviceNames) {
    const rows = await sql[service]<{ id: number }[]>`
      select id::int from dead_letters
      where state = 'dead' and reason in ('attempts_used', 'left_behind') order by id`;
    const replica = replicas.find((each) => each.service === service);
    for (const { id } of rows)
      await call(replica?.directUrl ?? "", {
        method: "POST",
        path: `/ops/v1/dead-letters/${id}/redrive`,
        body: {},
      });
  }
}
