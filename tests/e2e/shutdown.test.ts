import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { eventsIn } from "@app/qb/event-stream.ts";
import { startLoad } from "./load.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

const GRACE_MS = 10_000;
const pizza = { userId: "ann", sku: "pizza", quantity: 1 };

/** Two orders that reach the database, each in a commit of its own, and stay there until they are let go. */
async function heldOrders(world: QuickBite) {
  const letGo = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const transaction = world.sql.orders.begin(async (tx) => {
    await tx`lock table orders in exclusive mode`;
    locked.resolve();
    await letGo.promise;
  });
  await locked.promise;
  const answers = [await heldOrder(world, 1), await heldOrder(world, 2)].map(
    ({ answer }) => answer,
  );
  return {
    answers,
    async letGo() {
      letGo.resolve();
      await transaction;
    },
  };
}

/** An order that is the nth to wait for the lock. */
async function heldOrder(world: QuickBite, nth: number) {
  const answer = world.order(pizza);
  await eventually(async () => {
    const waiting = await world.sql.orders`
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    expect(waiting).toHaveLength(nth);
  });
  return { answer };
}

describe("SIGTERM", () => {
  test("lets requests in flight finish, takes no new one, and exits 0", async () => {
    await using world = await openQuickBite();
    const [{ process: orders }] = world.orders;
    const held = await heldOrders(world);

    const stopped = orders.stop();
    await eventually(async () => {
      const refused = await world.call("GET", "/readyz").then(
        ({ status }) => status === 503,
        () => true,
      );
      expect(refused).toBe(true);
    });
    await held.letGo();

    for (const answer of held.answers) expect((await answer).status).toBe(202);
    await stopped;
    expect(await orders.exited).toEqual({ code: 0, signal: null });
    await orders.restart();
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });

  test("ends streams and waits at once instead of using up the grace period", async () => {
    await using world = await openQuickBite();
    const [{ process: orders, url }] = world.orders;
    await world.inventory[0].process.stop();
    const id = await world.accepted(pizza);
    const waiting = world.order(pizza, { headers: { prefer: "wait=30" } });
    const stream = eventsIn(await fetch(`${url}/v1/orders/${id}/stream`));
    const { value: first } = await stream.next();
    await eventually(async () => {
      const rows = await world.sql.orders`select id from orders`;
      expect(rows).toHaveLength(2);
    });

    const before = performance.now();
    await orders.stop();

    expect(performance.now() - before).toBeLessThan(GRACE_MS / 2);
    expect(await orders.exited).toEqual({ code: 0, signal: null });
    expect((await waiting).status).toBe(202);
    expect(first?.data).toContain('"status":"PENDING"');
    expect(await Array.fromAsync(stream)).toEqual([]);
  });

  test("twice ends it at once, and loses nothing that was accepted", async () => {
    await using world = await openQuickBite();
    const [{ process: orders }] = world.orders;
    const held = await heldOrders(world);
    const answers = Promise.allSettled(held.answers);

    const before = performance.now();
    process.kill(orders.pid, "SIGTERM");
    await eventually(() => world.orders[0].logs().some(({ message }) => message === "stopping"));
    process.kill(orders.pid, "SIGTERM");
    await orders.exited;

    expect(performance.now() - before).toBeLessThan(GRACE_MS / 2);
    await held.letGo();
    await answers;
    await orders.restart();
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });

  test("of each replica in turn under load turns no customer away for long, and loses nothing", async () => {
    await using world = await openQuickBite({ replicas: 2 });
    await world.addItem("cola", 1_000_000);
    const order = () => ({ userId: "ann", sku: "cola", quantity: 1 });
    const load = startLoad(world, { order, customers: 8, headers: { prefer: "wait=1" } });

    for (const { process } of [...world.orders, ...world.inventory]) {
      const target = load.answered + 20;
      await eventually(() => load.answered >= target, { deadlineMs: 20_000 });
      await process.stop();
      expect(await process.exited).toEqual({ code: 0, signal: null });
      await process.restart();
    }
    await load.stop();

    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });
});
