import { call } from "./calls.ts";
import type { OpenWorld } from "./open-world.ts";
import { serviceNames, sources } from "./stack.ts";
import { standstill } from "./standstill.ts";

/** Nothing got less for so long: whatever is left will not be done by itself. */
const STUCK_AFTER_MS = 30_000;
/** What gets less that slowly does not count as settled either. */
const SETTLED_DEADLINE_MS = 240_000;
const LOOK_EVERY_MS = 100;
const NOTE_EVERY_MS = 5_000;

/**
 * Waits until nothing is left to do: every order decided, every message sent, handled and
 * acknowledged, every redrive run ended. Meanwhile letters that faults made or discarded are
 * restored and redriven, as an operator would. A slow machine is given time as long as less and less
 * is left; rejects with what is left once nothing has got less for half a minute, and notes what
 * the sessions and consumers wait for.
 */
export async function settle(world: OpenWorld): Promise<void> {
  const giveUpAt = performance.now() + SETTLED_DEADLINE_MS;
  let least = Number.POSITIVE_INFINITY;
  let lessAt = performance.now();
  let noteAt = lessAt + NOTE_EVERY_MS;
  for (;;) {
    const left = await lookedAt(world);
    if (left.size === 0) return;
    const count = left.values().reduce((sum, each) => sum + each, 0);
    const now = performance.now();
    if (count < least) {
      least = count;
      lessAt = now;
    }
    if (now > noteAt) {
      world.note(`left are ${inWords(left)}`);
      noteAt = now + NOTE_EVERY_MS;
    }
    if (now - lessAt > STUCK_AFTER_MS || now > giveUpAt) {
      for (const line of await standstill(world)) world.note(line);
      const how = now > giveUpAt ? "too slow" : "stuck";
      throw new Error(`${how}, left are ${inWords(left)}`);
    }
    await Bun.sleep(LOOK_EVERY_MS);
  }
}

const inWords = (left: ReadonlyMap<string, number>) =>
  [...left].map(([what, many]) => `${what} ${many}`).join(", ");

/** What is left; a look that fails has seen nothing get less. */
async function lookedAt(world: OpenWorld): Promise<ReadonlyMap<string, number>> {
  try {
    await repair(world);
    return await undone(world);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return new Map([[`unknown (${problem})`, Number.MAX_SAFE_INTEGER]]);
  }
}

/** How much of what has not been done yet. */
async function undone({ sql, broker }: OpenWorld): Promise<ReadonlyMap<string, number>> {
  const [pending] = await sql.orders<{ count: number }[]>`
    select count(*)::int from orders where status = 'PENDING'`;
  const left = new Map([["undecided orders", pending?.count ?? 0]]);
  for (const service of serviceNames) {
    const [rows] = await sql[service]<Record<string, number>[]>`
      select (select count(*)::int from outbox) as unsent,
        (select count(*)::int from parked) as parked,
        (select count(*)::int from dead_letters where state = 'dead'
          and reason in ('attempts_used', 'left_behind')) as "dead letters",
        (select count(*)::int from redrive_runs where state = 'running') as "redrive runs"`;
    for (const [what, count] of Object.entries(rows ?? {})) left.set(`${service} ${what}`, count);
    const { stream, durable } = sources[service];
    const state = await broker.durableState(stream, durable);
    if (!state) left.set(`no ${durable}`, 1);
    left.set(`${service} to be delivered`, state?.pending ?? 0);
    left.set(`${service} in hand`, state?.unacknowledged ?? 0);
  }
  return new Map(left.entries().filter(([, count]) => count > 0));
}

/** Restores and redrives every letter that could be read: what was in its way has been healed. */
async function repair({ sql, replicas }: OpenWorld): Promise<void> {
  for (const service of serviceNames) {
    const rows = await sql[service]<{ id: number; act: string; body: object }[]>`
      select d.id::int, 'restore' as act, '{"reason": "given up by a fault"}'::jsonb as body
        from dead_letters d join lanes l using (consumer, key)
        where d.state = 'discarded' and l.version = d.version
      union all
      select id::int, 'redrive', '{}'::jsonb from dead_letters
        where state = 'dead' and reason in ('attempts_used', 'left_behind')
      order by id`;
    const replica = replicas.find((each) => each.service === service);
    for (const { id, act, body } of rows)
      await call(replica?.directUrl ?? "", {
        method: "POST",
        path: `/ops/v1/dead-letters/${id}/${act}`,
        body,
      });
  }
}
