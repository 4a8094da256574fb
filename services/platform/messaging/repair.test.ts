import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import {
  messageOf,
  type Replica,
  type SinkWorld,
  sinkConsumer,
  sinkWorld,
} from "../testing/sink.ts";

const { durable } = sinkConsumer;
const person = { actor: "ann", reason: "the kitchen said so" };

/** A replica that fails the given versions until they are mended. */
function failing(world: SinkWorld, versions: readonly number[]) {
  const broken = new Set(versions);
  const replica = world.start({
    settings: { ATTEMPTS_MAX: 2 },
    behaviour: ({ reason }, { version }) => {
      if (broken.has(version) && reason !== "mended") throw new Error("the oven is cold");
    },
  });
  return { replica, mend: () => broken.clear() };
}

async function letterOf(world: SinkWorld, version: number) {
  const [letter] = await eventually(
    async () => {
      const found = await world.pool.q.execute<{ id: string; state: string; revision: number }>(sql`
        select id, state, revision from dead_letters where version = ${version}`);
      expect(found).toHaveLength(1);
      return found;
    },
    { deadlineMs: 40_000 },
  );
  if (!letter) throw new Error("no letter");
  return { ...letter, id: Number(letter.id) };
}

async function laneOf(world: SinkWorld) {
  const [lane] = await world.pool.q.execute<{ version: string; blocked: boolean; waiting: number }>(
    sql`select version, blocked, waiting from lanes`,
  );
  return { ...lane, version: Number(lane?.version) };
}

const handledVersions = async (world: SinkWorld) =>
  (await world.handled()).map(({ version }) => version);

const parkedBehind = (world: SinkWorld, count: number) =>
  eventually(async () => expect((await laneOf(world)).waiting).toBe(count), { deadlineMs: 40_000 });

const repairAt = ({ messaging }: Replica) => messaging.repair(durable);

describe("discarding a dead letter", () => {
  test("moves its lane past it without running it, and what waited behind it runs", async () => {
    await using world = await sinkWorld();
    const { replica } = failing(world, [2]);
    await using _replica = replica;
    await world.send("1", [1, 2, 3, 4]);
    const { id } = await letterOf(world, 2);
    await parkedBehind(world, 2);

    const discarded = await repairAt(replica).discard({ ...person, id });

    expect(discarded).toEqual({ id, state: "discarded", revision: 1 });
    await eventually(async () => expect(await handledVersions(world)).toEqual([1, 3, 4]));
    expect(await laneOf(world)).toEqual({ version: 4, blocked: false, waiting: 0 });
    await expect(repairAt(replica).discard({ ...person, id })).rejects.toMatchObject({
      reason: "dead_letter_resolved",
    });
    const audited = await world.pool.q.execute(
      sql`select actor, action, target, detail ->> 'reason' as reason from audit`,
    );
    expect([...audited]).toEqual([
      { actor: "ann", action: "discard", target: `dead-letter/${id}`, reason: person.reason },
    ]);
  });

  test("is refused to a letter that is another revision by now", async () => {
    await using world = await sinkWorld();
    const { replica } = failing(world, [1]);
    await using _replica = replica;
    await world.send("1", [1]);
    const { id } = await letterOf(world, 1);

    await expect(repairAt(replica).discard({ ...person, id, revision: 2 })).rejects.toMatchObject({
      reason: "dead_letter_edited",
    });
    expect((await letterOf(world, 1)).state).toBe("dead");
  });
});

describe("restoring a discarded letter", () => {
  test("makes it the blocked head again, so that it can be redriven in its turn", async () => {
    await using world = await sinkWorld();
    const { replica, mend } = failing(world, [2]);
    await using _replica = replica;
    await world.send("1", [1, 2]);
    const { id } = await letterOf(world, 2);
    await repairAt(replica).discard({ ...person, id });

    expect(await repairAt(replica).restore({ ...person, id })).toMatchObject({ state: "dead" });
    await world.send("1", [3]);
    await parkedBehind(world, 1);
    expect(await laneOf(world)).toMatchObject({ version: 1, blocked: true });
    mend();
    await replica.messaging.redrive(durable, id);

    await eventually(async () => expect(await handledVersions(world)).toEqual([1, 2, 3]));
  });

  test("is refused once a later message of its key has run", async () => {
    await using world = await sinkWorld();
    const { replica } = failing(world, [2]);
    await using _replica = replica;
    await world.send("1", [1, 2, 3]);
    const { id } = await letterOf(world, 2);
    await repairAt(replica).discard({ ...person, id });
    await eventually(async () => expect(await handledVersions(world)).toEqual([1, 3]));

    await expect(repairAt(replica).restore({ ...person, id })).rejects.toMatchObject({
      reason: "lane_moved",
      message: expect.stringContaining("its lane stands at version 3"),
    });
    expect(await laneOf(world)).toMatchObject({ version: 3, blocked: false });
  });

  test("puts it in front of the next letter, which waits for it and comes only once", async () => {
    await using world = await sinkWorld();
    const { replica, mend } = failing(world, [2, 3]);
    await using _replica = replica;
    await world.send("1", [1, 2, 3, 4]);
    const second = await letterOf(world, 2);
    await repairAt(replica).discard({ ...person, id: second.id });
    const third = await letterOf(world, 3);
    await repairAt(replica).restore({ ...person, id: second.id });
    mend();

    await expect(replica.messaging.redrive(durable, third.id)).rejects.toMatchObject({
      reason: "not_its_turn",
    });
    // The broker may deliver the third again: it is kept already, and must not be kept twice.
    await replica.broker.publish(messageOf("1", 3));
    await eventually(async () => {
      const [taken] = await world.pool.q.execute(sql`
        select count(*)::int as count from inbox where handled_at is not null`);
      expect(taken).toEqual({ count: 5 });
    });
    expect((await laneOf(world)).waiting).toBe(1);
    await replica.messaging.redrive(durable, second.id);
    expect(await laneOf(world)).toMatchObject({ version: 2, blocked: true });
    await replica.messaging.redrive(durable, third.id);

    await eventually(async () => expect(await handledVersions(world)).toEqual([1, 2, 3, 4]));
    expect(await laneOf(world)).toEqual({ version: 4, blocked: false, waiting: 0 });
  });

  test("is always possible without a key, and so is discarding", async () => {
    await using world = await sinkWorld();
    await using replica = world.start();
    await eventually(() => replica.broker.publish({ ...messageOf("1", 1), headers: "X-A: 1" }));
    const id = await eventually(async () => {
      const [letter] = await world.pool.q.execute<{ id: string }>(sql`select id from dead_letters`);
      return Number(letter?.id ?? expect.unreachable());
    });

    await expect(replica.messaging.redrive(durable, id)).rejects.toMatchObject({
      reason: "dead_letter_without_key",
    });
    await repairAt(replica).discard({ ...person, id });
    expect(await repairAt(replica).restore({ ...person, id })).toMatchObject({ state: "dead" });
    await expect(repairAt(replica).restore({ ...person, id })).rejects.toMatchObject({
      reason: "dead_letter_not_discarded",
    });
  });
});
