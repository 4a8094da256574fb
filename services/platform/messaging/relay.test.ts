import { describe, expect, test } from "bun:test";
import { cp, rm } from "node:fs/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { type SinkWorld, sinkWorld } from "../testing/sink.ts";
import { startReplicaProcess } from "../testing/sink-process.ts";

async function count(world: SinkWorld, table: "outbox" | "outbox_sent"): Promise<number> {
  const [row] = await world.pool.q.execute<{ count: string }>(
    sql`select count(*) from ${sql.identifier(table)}`,
  );
  return Number(row?.count);
}

const handledCount = (world: SinkWorld, expected: number) =>
  eventually(async () => expect(await world.handled()).toHaveLength(expected));

const allSent = (world: SinkWorld) =>
  eventually(async () => expect(await count(world, "outbox")).toBe(0));

describe("the relay", () => {
  test("sends what was committed while the broker was away, by itself", async () => {
    await using world = await sinkWorld();
    await using _replica = world.start();
    await world.send("1", [1]);
    await handledCount(world, 1);
    // What was handled may still wait for its acknowledgement.
    await allSent(world);

    await world.nats.server.kill();
    await world.send("1", [2, 3]);
    await world.send("2", [1]);
    expect(await count(world, "outbox")).toBe(3);
    await world.nats.server.restart();

    await handledCount(world, 4);
    expect(await world.disorder()).toBe(0);
    await allSent(world);
  });

  test("resumes when a paused broker goes on", async () => {
    await using world = await sinkWorld();
    await using _replica = world.start();
    await world.send("1", [1]);
    await handledCount(world, 1);
    await allSent(world);

    world.nats.server.pause();
    await world.send("1", [2, 3]);
    expect(await count(world, "outbox")).toBe(2);
    world.nats.server.resume();

    await handledCount(world, 3);
    expect(await world.disorder()).toBe(0);
  });

  test("is taken over when its process is killed or paused, by itself", async () => {
    await using world = await sinkWorld();
    await using first = await startReplicaProcess(world);
    await world.send("1", [1]);
    await handledCount(world, 1);
    await using second = await startReplicaProcess(world);

    first.signal("SIGKILL");
    await first.exited;
    await world.send("2", [1]);
    await allSent(world);

    await using _third = await startReplicaProcess(world);
    second.signal("SIGSTOP");
    await world.send("3", [1]);
    await allSent(world);
    second.signal("SIGCONT");
    await handledCount(world, 3);
    expect(await world.disorder()).toBe(0);
  });

  test("sends exactly the missing messages again after a stream was deleted and made anew", async () => {
    await using world = await sinkWorld();
    await using replica = world.start();
    await Promise.all([world.send("1", [1, 2, 3]), world.send("2", [1, 2])]);
    await handledCount(world, 5);
    await eventually(async () => expect(await count(world, "outbox_sent")).toBe(5));

    const jsm = await jetstreamManager(await replica.broker.connection(1_000));
    await jsm.streams.delete("ORDERS");
    await world.send("2", [3]);

    await handledCount(world, 6);
    expect(await world.disorder()).toBe(0);
    await eventually(async () => {
      expect((await jsm.streams.info("ORDERS")).state.messages).toBe(6);
      expect(await count(world, "outbox")).toBe(0);
    });
  });

  test("sends exactly the missing messages again after the store was put back to an earlier copy", async () => {
    await using world = await sinkWorld();
    const copy = `${world.nats.storeDir}-copy`;
    await using replica = world.start();
    await world.send("1", [1, 2]);
    await handledCount(world, 2);
    await allSent(world);
    await world.nats.server.stop();
    await cp(world.nats.storeDir, copy, { recursive: true });
    await world.nats.server.restart();
    await Promise.all([world.send("1", [3, 4]), world.send("2", [1, 2, 3])]);
    await handledCount(world, 7);
    await allSent(world);

    await world.nats.server.kill();
    await rm(world.nats.storeDir, { recursive: true });
    await cp(copy, world.nats.storeDir, { recursive: true });
    await world.nats.server.restart();
    await world.send("1", [5]);

    await handledCount(world, 8);
    expect(await world.disorder()).toBe(0);
    await eventually(async () => {
      const state = await replica.broker.streamState("ORDERS");
      expect(state?.messages).toBe(8);
    });
    await rm(copy, { recursive: true });
  });

  test("loses nothing when its process is killed at any of its points", async () => {
    await using world = await sinkWorld();
    const points = [
      "relay.after-read-before-publish",
      "relay.after-ack-before-finish",
      "relay.after-finish",
      "consumer.after-fetch-before-transaction",
      "consumer.in-transaction-before-commit",
      "consumer.after-commit-before-ack",
      "consumer.mid-batch",
    ];

    for (const [index, point] of points.entries()) {
      await using dying = await startReplicaProcess(world, {}, { CRASH_POINT: point });
      await world.send(String(index), [1, 2]);
      await dying.exited;
    }
    await using _last = await startReplicaProcess(world);

    await handledCount(world, points.length * 2);
    expect(await world.disorder()).toBe(0);
  });
});
