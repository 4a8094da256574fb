import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import { startReplicaProcess } from "../testing/sink-process.ts";

const versions = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function deadLetters(world: SinkWorld) {
  return world.pool.q.execute<{ id: string; state: string; version: string; attempts: number }>(
    sql`select id, state, version, attempts from dead_letters order by id`,
  );
}

async function waitingBehind(world: SinkWorld): Promise<number> {
  const [row] = await world.pool.q.execute<{ count: string }>(sql`select count(*) from parked`);
  return Number(row?.count);
}

describe("a version that always fails", () => {
  test("parks what follows, lets other keys flow, and is redriven in order with all behind it", async () => {
    await using world = await sinkWorld();
    let broken = true;
    await using replica = world.start({
      behaviour: (_message, { key, version }) => {
        if (broken && key === "order/1" && version === 7) throw new Error("not today");
      },
    });

    await Promise.all([world.send("1", versions(1, 50)), world.send("2", versions(1, 20))]);
    await eventually(
      async () => {
        expect(await deadLetters(world)).toHaveLength(1);
        expect(await waitingBehind(world)).toBe(43);
        expect((await world.handled()).length).toBe(6 + 20);
      },
      { deadlineMs: 40_000 },
    );
    expect((await deadLetters(world))[0]).toMatchObject({
      state: "dead",
      version: "7",
      attempts: 5,
    });

    const id = Number((await deadLetters(world))[0]?.id);
    expect(await replica.messaging.redrive(sinkConsumer.durable, id)).toMatchObject({
      outcome: "failed",
    });
    expect((await deadLetters(world))[0]).toMatchObject({ state: "dead", attempts: 6 });

    broken = false;
    const both = await Promise.allSettled([
      replica.messaging.redrive(sinkConsumer.durable, id),
      replica.messaging.redrive(sinkConsumer.durable, id),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await eventually(async () => expect((await world.handled()).length).toBe(70));
    expect(await world.disorder()).toBe(0);
    expect(await waitingBehind(world)).toBe(0);
  });

  test("is redriven in order also when the process is killed between any two messages", async () => {
    await using world = await sinkWorld();
    {
      await using failing = await startReplicaProcess(world, {
        key: "order/1",
        version: 3,
        does: "throw",
      });
      await world.send("1", versions(1, 14));
      await eventually(
        async () => {
          expect(await deadLetters(world)).toHaveLength(1);
          expect(await waitingBehind(world)).toBe(11);
        },
        { deadlineMs: 40_000 },
      );
      expect(failing.pid).toBeGreaterThan(0);
    }
    const id = Number((await deadLetters(world))[0]?.id);
    {
      await using healthy = world.start();
      await healthy.messaging.redrive(sinkConsumer.durable, id);
      await healthy.messaging[Symbol.asyncDispose]();
    }

    // Each process ends at another point of the lane worker, so every gap between two is met.
    const points = ["lane-worker.before-commit", "lane-worker.after-commit"];
    for (let kill = 0; kill < 6 && (await waitingBehind(world)) > 0; kill += 1) {
      const point = `${points[kill % 2]}:${1 + (kill % 3)}`;
      await using dying = await startReplicaProcess(world, {}, { CRASH_POINT: point });
      await dying.exited;
    }
    await using _last = await startReplicaProcess(world);

    await eventually(async () => expect((await world.handled()).length).toBe(14), {
      deadlineMs: 40_000,
    });
    expect(await world.disorder()).toBe(0);
  });
});

describe("a message that ends its process", () => {
  test("is the only dead letter of its batch of fifty", async () => {
    await using world = await sinkWorld();
    await world.pool.transaction(async () => undefined);
    for (const key of versions(1, 50)) await world.send(String(key), [1]);
    const behaviour = { key: "order/25", version: 1, does: "exit", ackWaitSeconds: 1 } as const;

    for (let starts = 0; starts < 8 && (await deadLetters(world)).length === 0; starts += 1) {
      await using replica = await startReplicaProcess(world, behaviour);
      await Promise.race([
        replica.exited,
        eventually(async () => expect(await deadLetters(world)).toHaveLength(1), {
          deadlineMs: 20_000,
        }),
      ]);
    }
    await using _healthy = await startReplicaProcess(world, behaviour);

    await eventually(async () => expect((await world.handled()).length).toBe(49), {
      deadlineMs: 20_000,
    });
    const letters = await world.pool.q.execute(sql`select key, reason from dead_letters`);
    expect([...letters]).toEqual([{ key: "order/25", reason: "left_behind" }]);
  }, 90_000);
});
