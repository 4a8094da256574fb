import { describe, expect, test } from "bun:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { eventually } from "../testing/eventually.ts";
import { messageOf, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import { nextBatchSize } from "./consumer.ts";
import { messagesOf } from "./lane-gaps.ts";
import { postgresInbox } from "./postgres-inbox.ts";

describe("messagesOf", () => {
  test("counts towards its limit only what is wanted, however many came before", async () => {
    await using world = await sinkWorld();
    {
      await using _replica = world.start();
      const jsm = await jetstreamManager(await world.broker.connection(2_000));
      await eventually(() => jsm.streams.info(sinkConsumer.stream));
    }
    for (const version of [1, 2, 3, 4, 5]) await world.broker.publish(messageOf("1", version));

    const wanted = (version: number) => version > 3;
    const search = { stream: sinkConsumer.stream, key: "order/1", wanted, limit: 1 };
    const found = await messagesOf(world.broker, search);

    expect(found.map(({ version }) => version)).toEqual([4]);
  });
});

describe("saveLanes", () => {
  test("refuses to move a lane back, whoever asks for it", async () => {
    await using world = await sinkWorld();
    const store = postgresInbox(world.pool, sinkConsumer.durable, (tx) => ({
      stores: tx,
      lock: async () => undefined,
    }));
    const move = (version: number) =>
      store.transaction(async (tx) => {
        const lane = (await tx.lockLanes(["order/1"])).get("order/1");
        if (lane) await tx.saveLanes([{ ...lane, version }]);
      });
    await move(2);

    await expect(move(1)).rejects.toThrow("move back");

    expect(await store.findLane("order/1")).toMatchObject({ version: 2 });
  });
});

describe("nextBatchSize", () => {
  test("halves after a slow batch, never below one, and doubles after a quick one, never above all", () => {
    expect(nextBatchSize(100, { tookMs: 1_500, batchMax: 100 })).toBe(50);
    expect(nextBatchSize(1, { tookMs: 1_500, batchMax: 100 })).toBe(1);
    expect(nextBatchSize(50, { tookMs: 500, batchMax: 100 })).toBe(50);
    expect(nextBatchSize(40, { tookMs: 100, batchMax: 100 })).toBe(80);
    expect(nextBatchSize(80, { tookMs: 100, batchMax: 100 })).toBe(100);
  });
});
