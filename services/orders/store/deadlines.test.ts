import { describe, expect, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Order } from "../domain/order.ts";
import { aBurger, type OrdersWorld, ordersWorld } from "../testing/world.ts";
import { keepDeadlines, timeOutOrders } from "./deadlines.ts";
import { findOrder } from "./find-order.ts";

const deadlineMs = 60_000;

/** One order that was accepted so long ago, with the broker's part as given. */
async function orderAged(
  world: OrdersWorld,
  { ageSeconds, deadlineSeconds }: { ageSeconds: number; deadlineSeconds?: number },
): Promise<bigint> {
  const { id } = await world.place(aBurger, { deadlineSeconds });
  await world.query(
    `update orders set created_at = now() - ${ageSeconds} * interval '1 s' where id = ${id}`,
  );
  return id;
}

/** What the relay does at the PubAck. */
async function sent(world: OrdersWorld, id: bigint, agoSeconds: number): Promise<void> {
  await world.query(`with done as (delete from outbox where key = 'order/${id}' returning *)
    insert into outbox_sent select 3, id, event_id, key, version, subject, headers, payload,
      'ORDERS', 1, created_at, now() - ${agoSeconds} * interval '1 s' from done`);
}

async function broker(
  world: OrdersWorld,
  { seenAgo, returnedAgo }: { seenAgo: number; returnedAgo: number },
): Promise<void> {
  await world.query(`insert into broker_seen values
    (1, now() - ${seenAgo} * interval '1 s', now() - ${returnedAgo} * interval '1 s')
    on conflict (id) do update set seen_at = excluded.seen_at, returned_at = excluded.returned_at`);
}

const answering = { seenAgo: 1, returnedAgo: 100_000 };
const timeOut = (world: OrdersWorld, limit = 100) =>
  timeOutOrders(world.pool, { deadlineMs, limit });

describe("timeOutOrders", () => {
  test("cancels an order whose message the broker has had for longer than the deadline", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    const overdue = await orderAged(world, { ageSeconds: 100 });
    const young = await orderAged(world, { ageSeconds: 50 });
    await sent(world, overdue, 61);
    await sent(world, young, 49);

    expect(await timeOut(world)).toBe(1);

    expect(await findOrder(world.pool, overdue)).toMatchObject({
      status: "CANCELLED",
      reason: "timed out",
      missing: [],
      version: 2,
    });
    expect((await findOrder(world.pool, young)).status).toBe("PENDING");
    expect(await world.query("select key, version from outbox")).toEqual([
      { key: `order/${overdue}`, version: "2" },
    ]);
  });

  test("counts from the PubAck, not from the order", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    const id = await orderAged(world, { ageSeconds: 100_000 });
    await sent(world, id, 59);

    expect(await timeOut(world)).toBe(0);
  });

  test("leaves an order alone whose message is not sent yet, however old", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    await orderAged(world, { ageSeconds: 100_000 });

    expect(await timeOut(world)).toBe(0);
  });

  test("counts anew from the broker's return", async () => {
    await using world = await ordersWorld();
    const id = await orderAged(world, { ageSeconds: 100_000 });
    await sent(world, id, 99_999);

    await broker(world, { seenAgo: 1, returnedAgo: 59 });
    expect(await timeOut(world)).toBe(0);
    await broker(world, { seenAgo: 1, returnedAgo: 61 });
    expect(await timeOut(world)).toBe(1);
  });

  test("cancels nothing while the broker does not answer, or never did", async () => {
    await using world = await ordersWorld();
    const id = await orderAged(world, { ageSeconds: 100_000 });
    await sent(world, id, 99_999);

    expect(await timeOut(world)).toBe(0);
    await broker(world, { seenAgo: 16, returnedAgo: 100_000 });
    expect(await timeOut(world)).toBe(0);
  });

  test("takes a silence of half the deadline for an outage, where that is shorter", async () => {
    await using world = await ordersWorld();
    const short = { deadlineMs: 4_000, limit: 100 };
    const id = await orderAged(world, { ageSeconds: 100 });
    await sent(world, id, 99);

    await broker(world, { seenAgo: 3, returnedAgo: 100_000 });
    expect(await timeOutOrders(world.pool, short)).toBe(0);
    await broker(world, { seenAgo: 1, returnedAgo: 100_000 });
    expect(await timeOutOrders(world.pool, short)).toBe(1);
  });

  test("counts from the order where the record of its message was pruned", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    await orderAged(world, { ageSeconds: 61 });
    await orderAged(world, { ageSeconds: 59 });
    await world.query("delete from outbox");

    expect(await timeOut(world)).toBe(1);
  });

  test("keeps a deadline of an order's own, shorter or longer", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    const patient = await orderAged(world, { ageSeconds: 9_000, deadlineSeconds: 315_360_000 });
    const hasty = await orderAged(world, { ageSeconds: 9, deadlineSeconds: 5 });
    for (const id of [patient, hasty]) await sent(world, id, 8);

    expect(await timeOut(world)).toBe(1);
    expect((await findOrder(world.pool, hasty)).status).toBe("CANCELLED");
    expect((await findOrder(world.pool, patient)).status).toBe("PENDING");
  });

  test("is not held up by orders that wait for longer than a slice", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    for (let count = 0; count < 5; count++)
      await orderAged(world, { ageSeconds: 90_000, deadlineSeconds: 315_360_000 });
    for (let count = 0; count < 5; count++) await orderAged(world, { ageSeconds: 80_000 });
    const overdue = await orderAged(world, { ageSeconds: 70_000 });
    await sent(world, overdue, 69_000);

    expect(await timeOut(world, 2)).toBe(1);
    expect((await findOrder(world.pool, overdue)).status).toBe("CANCELLED");
  });

  test("takes no more than its limit at once, the oldest first", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    for (const ageSeconds of [70, 90, 80]) await orderAged(world, { ageSeconds });
    await world.query("delete from outbox");

    expect(await timeOut(world, 2)).toBe(2);
    expect((await findOrder(world.pool, 1n)).status).toBe("PENDING");
    expect(await timeOut(world, 2)).toBe(1);
  });

  test("leaves decided orders as they are", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    const id = await orderAged(world, { ageSeconds: 100 });
    await sent(world, id, 90);
    await timeOut(world);

    expect(await timeOut(world)).toBe(0);
    expect((await findOrder(world.pool, id)).version).toBe(2);
  });

  test("walks only pending orders of the common deadline, by their index", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    await world.query(`insert into orders (id, user_id, note, status, sku, quantity, version,
        prices_cents, total_cents, created_at, updated_at)
      select n, 'u', '', 'CONFIRMED', 's', 1, 2, '{1}', 1, now() - interval '1 day', now()
      from generate_series(1, 20000) n`);
    await world.query("analyze orders");
    world.statements.length = 0;
    await timeOut(world);

    const [text = ""] = world.statements;
    const plan = JSON.stringify(await world.query(`explain ${text.replace(/\$\d+/g, "100")}`));

    expect(plan).toContain("orders_pending");
    expect(plan).toContain("orders_pending_own_deadline");
    expect(plan).not.toContain("Seq Scan on orders");
  });
});

describe("keepDeadlines", () => {
  test("times out whatever is overdue until it is told to stop, and tells of it", async () => {
    await using world = await ordersWorld();
    await broker(world, answering);
    const id = await orderAged(world, { ageSeconds: 100 });
    await sent(world, id, 90);
    const stop = new AbortController();
    const told: Order[] = [];
    const changed = (order: Order) => told.push(order);

    const kept = keepDeadlines(
      { db: world.pool, deadlineMs, changed, clock: systemClock },
      stop.signal,
    );
    await eventually(() => told.length === 1);
    stop.abort();
    await kept;

    expect(told[0]).toMatchObject({ id, status: "CANCELLED", reason: "timed out" });
  });
});
