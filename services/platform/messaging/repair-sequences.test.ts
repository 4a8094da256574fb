import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { Refusal } from "../errors.ts";
import { isDatabaseOutage } from "../outage.ts";
import { eventually } from "../testing/eventually.ts";
import {
  messageOf,
  type Replica,
  type SinkWorld,
  sinkConsumer,
  sinkWorld,
} from "../testing/sink.ts";

const { durable } = sinkConsumer;
const keys = ["1", "2", "3", "4", "5", "6"];
const versions = Array.from({ length: 12 }, (_, index) => index + 1);
const operators = 3;
const actsEach = 60;

/** The same numbers each time, so that what operators try does not change from run to run. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Every other version cannot be handled until it was mended, in half of the keys the odd ones. */
const isPoisoned = (key: string, version: number) => (Number(key) + version) % 2 === 0;

async function lettersOf({ pool }: SinkWorld) {
  const rows = await pool.q.execute<{ id: string; revision: number; version: string }>(
    sql`select id, revision, version from dead_letters where state <> 'done' order by id`,
  );
  return rows.map(({ id, revision, version }) => ({
    id: Number(id),
    revision,
    version: Number(version),
  }));
}

/** What people do at random, whatever the others do at that moment. Refusals are answers. */
async function operate(world: SinkWorld, replica: Replica, seed: number): Promise<void> {
  const { messaging } = replica;
  const repair = messaging.repair(durable);
  const roll = dice(seed);
  const person = { actor: `operator ${seed}`, reason: "at random" };
  for (let acts = 0; acts < actsEach; acts += 1) {
    const letters = await lettersOf(world);
    const letter = letters[roll(Math.max(1, letters.length))];
    const act = roll(7);
    if (!letter) continue;
    const { id, revision, version } = letter;
    const payload = { orderId: String(version), reason: act === 2 ? "mended" : "still bad" };
    const doing = [
      () => messaging.redrive(durable, id),
      () => repair.edit({ ...person, id, revision, payload }),
      () => repair.edit({ ...person, id, revision, payload, redrive: true }),
      () => repair.discard({ ...person, id }),
      () => repair.restore({ ...person, id }),
      () => repair.restore({ ...person, id, revision }),
      async () =>
        void (await replica.broker.publish(messageOf(keys[roll(6)] ?? "1", 1 + roll(12)))),
    ][act];
    await doing?.().catch((error: unknown) => {
      // A lane that somebody else holds for long is an outage to whoever waits.
      if (!(error instanceof Refusal) && !isDatabaseOutage(error)) throw error;
    });
  }
}

test("whatever people do to dead letters at the same time, each version takes effect once, in order, or is given up", async () => {
  await using world = await sinkWorld();
  let mended = false;
  const options = {
    settings: { ATTEMPTS_MAX: 1 },
    behaviour: (
      message: { reason: string },
      { key, version }: { key: string; version: number },
    ) => {
      const ok = mended || message.reason === "mended";
      if (!ok && isPoisoned(key.slice("order/".length), version)) throw new Error("poisoned");
    },
  };
  await using first = world.start(options);
  await using second = world.start(options);
  await Promise.all(keys.map((key) => world.send(key, versions)));
  await eventually(async () => expect((await lettersOf(world)).length).toBe(keys.length));

  const replicas = [first, second, first];
  await Promise.all(
    Array.from({ length: operators }, (_, index) =>
      operate(world, replicas[index] ?? first, index + 1),
    ),
  );

  const [acted] = await world.pool.q.execute<{ count: number }>(
    sql`select count(*)::int as count from audit`,
  );
  expect(acted?.count).toBeGreaterThan(10);

  // All that is left is redriven, and what dies behind it as well.
  mended = true;
  await eventually(
    async () => {
      for (const { id } of await lettersOf(world)) {
        await first.messaging.redrive(durable, id).catch(() => undefined);
      }
      const [lane] = await world.pool.q.execute(sql`
        select count(*)::int as count from lanes where version = 12 and not blocked and waiting = 0`);
      expect(lane).toEqual({ count: keys.length });
    },
    { deadlineMs: 60_000 },
  );
  const [left] = await world.pool.q.execute(sql`
    select (select count(*)::int from dead_letters where state = 'dead') as dead,
      (select count(*)::int from parked) as parked`);
  expect(left).toEqual({ dead: 0, parked: 0 });
  const handled = await world.handled();
  const discarded = await world.pool.q.execute<{ key: string; version: string }>(
    sql`select key, version from dead_letters where state = 'discarded'`,
  );
  const all = [...handled, ...discarded].map(({ key, version }) => `${key} ${version}`);
  expect(all.length).toBe(keys.length * versions.length);
  expect(new Set(all).size).toBe(all.length);
  const [disorder] = await world.pool.q.execute(sql`
    select count(*)::int as count from (select version,
      lag(version) over (partition by key order by seq) as before from sink) v
    where version <= before`);
  expect(disorder).toEqual({ count: 0 });
}, 120_000);
