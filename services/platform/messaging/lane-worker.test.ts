import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { sql } from "drizzle-orm";
import { type Clock, systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { systemRandom } from "../random.ts";
import { eventually } from "../testing/eventually.ts";
import { messageOf, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import type { InboxStore } from "./inbox.ts";
import { payloadReader } from "./incoming.ts";
import { type LaneWorkerOptions, workLanes } from "./lane-worker.ts";
import { postgresInbox } from "./postgres-inbox.ts";
import { defaultRetryPolicy } from "./retry.ts";
import { wakeable } from "./wake.ts";

const { durable } = sinkConsumer;

const optionsOf = (store: InboxStore<object>): LaneWorkerOptions<object> => ({
  store,
  rules: {
    service: "orders",
    consumer: durable,
    handlers: new Map(),
    payloads: payloadReader([OrderConfirmedSchema]),
    parkedPerLaneMax: 10,
    parkedMax: 10,
    handlerTimeoutMs: 4_000,
    clock: systemClock,
  },
  retry: defaultRetryPolicy,
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  unclean: new Set(),
  wake: wakeable(),
});

describe("workLanes", () => {
  test("looks twice a second for as long as a delay may end, and every two seconds without a hint", async () => {
    const stop = new AbortController();
    const wake = wakeable();
    const rests: number[] = [];
    let nowMs = 0;
    const clock: Clock = {
      ...systemClock,
      monotonicMs: () => nowMs,
      sleep: async (ms) => {
        rests.push(ms);
        nowMs += ms;
        if (rests.length === 7) wake.wake();
        if (rests.length === 13) stop.abort();
      },
    };
    const store = { heads: async () => [] } as unknown as InboxStore<object>;
    const retry = { ...defaultRetryPolicy, delayMaxMs: 1_000 };

    await workLanes({ ...optionsOf(store), retry, clock, wake }, stop.signal);

    const untilIdle = [500, 500, 500, 500, 500];
    expect(rests).toEqual([...untilIdle, 2_000, 2_000, ...untilIdle, 2_000]);
  });

  test("leaves no mark on a message whose lane was reopened before it ran", async () => {
    await using world = await sinkWorld();
    const bind = () => ({ stores: {}, lock: async () => undefined });
    const store = postgresInbox(world.pool, durable, bind);
    await store.transaction(async (tx) => {
      const lane = (await tx.lockLanes(["order/1"])).get("order/1");
      if (!lane) throw new Error("no lane");
      await tx.saveLanes([{ ...lane, version: 2, waiting: 1 }]);
      const at = { stream: "ORDERS", sequence: 3, publishedAt: new Date() };
      const untried = { attempts: 0, error: null, firstFailedAt: null, lastFailedAt: null };
      await tx.park([{ ...messageOf("1", 3), ...at, ...untried, retryInMs: 0, abandoned: 0 }]);
    });
    /** Somebody restores the letter of version 2 just after the mark of version 3 was committed. */
    const reopening: InboxStore<object> = {
      ...store,
      async markParkedStarted(key, version) {
        const parked = await store.markParkedStarted(key, version);
        await store.transaction(async (tx) => {
          const lane = (await tx.lockLanes([key])).get(key);
          if (lane) await tx.reopenLane(lane);
        });
        return parked;
      },
    };

    const stop = new AbortController();
    const working = workLanes(optionsOf(reopening), stop.signal);

    await eventually(async () => {
      const [lane] = await world.pool.q.execute(sql`select version::int, blocked from lanes`);
      expect(lane).toEqual({ version: 1, blocked: true });
      const [parked] = await world.pool.q.execute(sql`select started_at, abandoned from parked`);
      expect(parked).toEqual({ started_at: null, abandoned: 0 });
    });
    stop.abort();
    await working;
    expect(await store.findLane("order/1")).toMatchObject({ version: 1, waiting: 1 });
  });
});
