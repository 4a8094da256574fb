import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { startLoad } from "./load.ts";
import { ownPostgres } from "./own-postgres.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

const pizza = { userId: "ann", sku: "pizza", quantity: 1 };
/** Far above what an order takes, also on a busy machine, and below what a publish may take. */
const ACCEPTED_WITHIN_MS = 3_000;

/** Orders five pizzas, of which each must be accepted as if nothing had happened. */
async function orderDuringOutage(world: QuickBite): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const before = performance.now();
    ids.push(await world.accepted(pizza));
    expect(performance.now() - before).toBeLessThan(ACCEPTED_WITHIN_MS);
  }
  return ids;
}

async function expectAllConfirmed(world: QuickBite, ids: readonly number[]): Promise<void> {
  for (const id of ids)
    expect(await world.decided(id, { deadlineMs: 30_000 })).toMatchObject({ status: "CONFIRMED" });
  await settled(world);
  expect(await brokenPromises(world)).toEqual([]);
}

/** Every check of both services passes. */
async function allWell(world: QuickBite): Promise<void> {
  for (const service of ["orders", "inventory"] as const)
    await eventually(
      async () =>
        expect((await world.call("GET", "/readyz", { service })).body).toMatchObject({
          status: "ok",
        }),
      { deadlineMs: 40_000, everyMs: 100 },
    );
}

const pids = ({ orders, inventory }: QuickBite) =>
  [...orders, ...inventory].map(({ process }) => process.pid);

describe("without the broker", () => {
  // At once, because most of it is waiting for checks to fail.
  test.concurrent.each([
    {
      how: "frozen",
      stop: async ({ nats }: QuickBite) => nats.server.pause(),
      resume: async ({ nats }: QuickBite) => nats.server.resume(),
      failing: ["canary"],
    },
    {
      how: "killed",
      stop: ({ nats }: QuickBite) => nats.server.kill(),
      resume: ({ nats }: QuickBite) => nats.server.restart(),
      failing: ["broker", "canary"],
    },
  ])(
    "$how, orders are accepted as ever and complete by themselves when it is back",
    async ({ stop, resume, failing }) => {
      await using world = await openQuickBite();
      await allWell(world);

      await stop(world);
      const ids = await orderDuringOutage(world);

      for (const service of ["orders", "inventory"] as const)
        await eventually(
          async () => {
            const { status, body } = await world.call("GET", "/readyz", { service });
            expect([status, body.status]).toEqual([200, "degraded"]);
            for (const name of failing)
              expect(body).toMatchObject({ checks: { [name]: { status: "failed" } } });
          },
          { deadlineMs: 40_000, everyMs: 100 },
        );
      expect((await world.call("GET", `/v1/orders/${ids[0]}`)).body.status).toBe("PENDING");

      await resume(world);
      await expectAllConfirmed(world, ids);
      await allWell(world);
    },
  );
});

describe("without inventory", () => {
  test("orders are accepted as ever, and complete when it runs again", async () => {
    await using world = await openQuickBite();
    const [{ process: inventory }] = world.inventory;

    await inventory.stop();
    const ids = await orderDuringOutage(world);
    expect((await world.call("GET", "/readyz")).status).toBe(200);
    await inventory.restart();

    await expectAllConfirmed(world, ids);
  });
});

describe("without Postgres", () => {
  test("callers are told to come back, and the services recover without a restart", async () => {
    await using postgres = await ownPostgres();
    await using world = await openQuickBite({ databases: postgres.databases });
    await world.decided(await world.accepted(pizza));
    const before = pids(world);

    await postgres.server.stop();
    for (const request of [
      () => world.order(pizza),
      () => world.call("GET", "/v1/orders/1"),
      () => world.call("GET", "/v1/items/pizza", { service: "inventory" }),
    ]) {
      const { status, headers, body } = await request();
      expect([status, body.detail]).toEqual([503, "database unavailable"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    }
    for (const service of ["orders", "inventory"] as const) {
      expect((await world.call("GET", "/livez", { service })).status).toBe(200);
      await eventually(async () => {
        const { status, body } = await world.call("GET", "/readyz", { service });
        expect([status, body]).toMatchObject([503, { checks: { database: { status: "failed" } } }]);
      });
    }
    await postgres.server.restart();

    const id = await eventually(() => world.accepted(pizza), { deadlineMs: 40_000 });
    await expectAllConfirmed(world, [id]);
    expect(pids(world)).toEqual(before);
  });

  test("killed and restarted under load, no accepted order is lost", async () => {
    await using postgres = await ownPostgres();
    await using world = await openQuickBite({ databases: postgres.databases });
    await world.addItem("cola", 1_000_000);
    const before = pids(world);

    const order = () => ({ userId: "ann", sku: "cola", quantity: 1 });
    const load = startLoad(world, { order, customers: 8, headers: { prefer: "wait=1" } });
    for (let times = 0; times < 2; times += 1) {
      const target = load.answered + 50;
      await eventually(() => load.answered >= target, { deadlineMs: 20_000 });
      await postgres.server.kill();
      // A session that outlives the server for a moment holds its memory, and no new one starts.
      await eventually(() => postgres.server.restart(), { everyMs: 100 });
    }
    const target = load.answered + 50;
    await eventually(() => load.answered >= target, { deadlineMs: 20_000 });
    await load.stop();

    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
    expect(pids(world)).toEqual(before);
  });
});
