import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startService } from "@app/platform/testing/service.ts";
import { killTrial } from "../faults/processes/trial.ts";
import { startLoad } from "./load.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";
import { seeded } from "./seeded.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
beforeAll(async () => {
  world = await openQuickBite({ replicas: 2 });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Enough to mean something on a machine of its own; a commit waits for the short form. */
const cancellations = process.env.E2E_LONG ? 3_000 : 150;

const deadlocks = async (service: "orders" | "inventory") => {
  const [row] = await world.sql[service]`
    select deadlocks::int from pg_stat_database where datname = current_database()`;
  return row?.deadlocks;
};

describe("two replicas of each service", () => {
  test("make one order of fifty equal requests at once, and give fifty equal answers", async () => {
    const order = { userId: "ann", sku: "pizza", quantity: 1 };
    const headers = { "idempotency-key": "the-same" };

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) =>
        world.order(order, { headers, replica: number % 2 }),
      ),
    );

    const distinct = new Set(answers.map(({ status, body }) => JSON.stringify([status, body])));
    expect([...distinct]).toEqual([JSON.stringify([202, { id: answers[0]?.body.id }])]);
    const replayed = answers.filter(({ headers }) => headers.get("idempotency-replayed"));
    expect(replayed).toHaveLength(49);
    const rows = await world.sql.orders`select id from orders where user_id = 'ann'`;
    expect(rows).toHaveLength(1);

    const other = await world.order({ ...order, quantity: 2 }, { headers, replica: 1 });
    expect(other.status).toBe(422);
  });

  test("confirm exactly ten of five hundred orders at once for ten pieces", async () => {
    await world.addItem("truffle", 10);
    const order = (number: number) => ({ userId: `u${number}`, sku: "truffle", quantity: 1 });

    await startLoad(world, { order, customers: 500, orders: 500 }).done;

    await settled(world);
    const rows = await world.sql.orders`
      select status, reason, count(*)::int from orders where sku = 'truffle'
      group by 1, 2 order by 1`;
    expect([...rows]).toEqual([
      { status: "CANCELLED", reason: "insufficient stock", count: 490 },
      { status: "CONFIRMED", reason: null, count: 10 },
    ]);
    expect(await world.stock("truffle")).toEqual({ available: "0", reserved: "0", consumed: "10" });
    expect(await brokenPromises(world)).toEqual([]);
  });

  const random = seeded();
  test(`never deadlock over orders that name the same twenty skus in any order (E2E_SEED=${random.seed})`, async () => {
    const skus = Array.from({ length: 20 }, (_, index) => `dish-${index}`);
    for (const sku of skus) await world.addItem(sku, 1_000_000);
    const order = (number: number) => {
      const left = [...skus];
      const picked = Array.from({ length: 2 + random.below(8) }, () =>
        left.splice(random.below(left.length), 1),
      ).flat();
      return { userId: `u${number}`, items: picked.map((sku) => ({ sku, quantity: 1 })) };
    };
    // They wait for their orders, so that batches are full and no backlog grows.
    const load = startLoad(world, { order, customers: 64, headers: { prefer: "wait=10" } });

    // Cancelling takes the same rows from the other side.
    for (let taken = 0; taken < cancellations; taken += 1) {
      const ids = [...world.acceptedIds];
      const id = ids[ids.length - 1 - random.below(Math.min(ids.length, 50))];
      await world.call("POST", `/v1/orders/${id}/cancel`, { body: {}, replica: taken % 2 });
    }
    await load.stop();

    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
    expect([await deadlocks("orders"), await deadlocks("inventory")]).toEqual([0, 0]);
  });

  // The short form of tests/faults/processes, which does it to every process of a cluster.
  test("lose nothing that was accepted when one is killed behind the gateway, and take it in again", async () => {
    await using web = await startService("web", {
      ORDERS_URL: world.orders.map(({ url }) => url).join(","),
      INVENTORY_URL: world.inventory.map(({ url }) => url).join(","),
    });
    await world.addItem("endless", 1_000_000);
    const [{ process: orders }] = world.orders;
    let mayStart = true;
    const startedAgain = orders.exited.then(() => (mayStart ? orders.restart() : undefined));
    // Whoever waits for it hears of a failure; a trial that fails before does not wait.
    startedAgain.catch(() => undefined);
    const body = { userId: "ada", sku: "endless", quantity: 1 };

    const trial = await killTrial({
      world: { url: web.url, pidOf: () => orders.pid },
      wishes: [{ name: "order", method: "POST", path: "/v1/orders", body, status: 202 }],
      victim: "orders",
      patienceMs: 30_000,
      watchMs: 0,
    }).catch((error: unknown) => {
      mayStart = false;
      throw error;
    });

    await startedAgain;
    expect(trial.lost).toEqual([]);
    expect(trial.accepted).toBeGreaterThan(10);
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  }, 600_000);
});
