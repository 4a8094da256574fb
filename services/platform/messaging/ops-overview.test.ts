import { describe, expect, test } from "bun:test";
import { elysiaHandler, httpApp } from "../elysia-app.ts";
import { eventually } from "../testing/eventually.ts";
import { servedHttp } from "../testing/served-http.ts";
import { type ReplicaOptions, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import type { Vitals } from "./ops-overview.ts";
import { OverviewView } from "./ops-overview-view.ts";
import { operatorRoutes } from "./ops-routes.ts";

async function looking(options: ReplicaOptions = {}, vitals?: Vitals) {
  const world = await sinkWorld();
  const replica = world.start(options);
  const app = httpApp({}).use(operatorRoutes(replica.messaging, vitals));
  const served = servedHttp({ handlers: [elysiaHandler(app)] });
  return {
    world,
    overview: async () => {
      const response = await fetch(`${served.server.url}/ops/v1/overview`);
      return OverviewView.parse(await response.json());
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await replica[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

describe("the overview of a service", () => {
  test("tells of a quiet one that nothing waits and nothing is wrong", async () => {
    await using it = await looking();
    await it.world.send("1", [1, 2]);
    await eventually(async () => expect(await it.world.handled()).toHaveLength(2));

    const view = await eventually(async () => {
      const told = await it.overview();
      expect(told.consumers[0]?.broker?.ackFloor).toBe(2);
      expect(told.conservation.lookedAt).not.toBeNull();
      return told;
    });

    expect(view).toMatchObject({
      service: "orders",
      outbox: { count: 0, oldestAgeMs: 0, oldestKey: null },
      deadLetters: { dead: 0, lastHour: 0, oldestAt: null },
      conservation: { missing: 0, breaches: 0, broken: [] },
      undecided: null,
    });
    expect(view.streams?.map(({ stream, lastSequence }) => ({ stream, lastSequence }))).toEqual([
      { stream: "ORDERS", lastSequence: 2 },
    ]);
    expect(view.consumers).toMatchObject([
      { consumer: sinkConsumer.durable, dead: 0, oldestPendingAgeMs: null },
    ]);
    expect(view.conservation.invariants).toBeGreaterThan(0);
  });

  test("counts what waits for a person, and says since when", async () => {
    const options: ReplicaOptions = {
      settings: { ATTEMPTS_MAX: 1 },
      behaviour: () => {
        throw new Error("the oven is cold");
      },
    };
    await using it = await looking(options);
    await it.world.send("1", [1, 2]);

    await eventually(
      async () => {
        const { deadLetters, consumers } = await it.overview();
        expect(deadLetters).toMatchObject({ dead: 1, lastHour: 1 });
        expect(Date.parse(deadLetters.oldestAt ?? "")).toBeLessThanOrEqual(Date.now());
        expect(consumers[0]).toMatchObject({ dead: 1, parked: 1, blockedLanes: 1 });
      },
      { deadlineMs: 40_000 },
    );
  });

  test("says how long the oldest message has been waiting for its consumer", async () => {
    const held = Promise.withResolvers<void>();
    await using it = await looking({ behaviour: () => held.promise });
    await it.world.send("1", [1]);

    await eventually(async () => {
      const [consumer] = (await it.overview()).consumers;
      expect(consumer?.broker).toMatchObject({ ackFloor: 0, unacknowledged: 1 });
      expect(consumer?.oldestPendingAgeMs).toBeGreaterThan(0);
    });

    held.resolve();
    await eventually(async () => expect(await it.world.handled()).toHaveLength(1));
  });

  test("goes on without a broker that is away, and names what fails", async () => {
    await using it = await looking();
    await eventually(async () => expect((await it.overview()).streams).not.toBeNull());

    await it.world.nats.server.stop();

    await eventually(async () => {
      const { streams, readiness, consumers } = await it.overview();
      expect(streams).toBeNull();
      expect(consumers[0]?.broker).toBeNull();
      expect(readiness.status).not.toBe("ok");
      expect(readiness.failing.map(({ name }) => name)).toContain("broker");
    });
  });

  test("adds what the service itself says", async () => {
    const since = new Date("2026-05-04T12:00:00Z");
    await using it = await looking(
      {},
      {
        readiness: async () => ({
          status: "degraded",
          checks: {
            oven: { status: "failed", critical: false, problem: "the oven is cold" },
            door: { status: "ok", critical: true },
          },
        }),
        undecided: async () => ({
          what: "orders",
          afterMs: 60_000,
          count: 1,
          atLeast: false,
          oldest: { key: "order/1", since },
        }),
      },
    );

    expect(await it.overview()).toMatchObject({
      readiness: {
        status: "degraded",
        checks: 2,
        failing: [{ name: "oven", critical: false, problem: "the oven is cold" }],
      },
      undecided: { count: 1, oldest: { key: "order/1", since: since.toISOString() } },
    });
  });
});
