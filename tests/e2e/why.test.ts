import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { onlyPartition } from "@app/platform/messaging/outbox.ts";
import { lockClass } from "@app/platform/messaging/postgres-lease.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { limitStream, pauseDurable } from "./jetstream-admin.ts";
import { settled } from "./promises.ts";
import { qbOn } from "./qb.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";
import { type WhyView, waitsFor, why } from "./why.ts";

setDefaultTimeout(120_000);

const cola = { userId: "ann", sku: "cola", quantity: 1 };
/** What every limit of the answer adds up to at most. */
const ANSWERED_WITHIN_MS = 3_000;

let world: QuickBite;
beforeAll(async () => {
  world = await openQuickBite();
  await world.addItem("cola", 1_000_000);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Whatever was in the way is gone: the order is decided by itself, and nothing waits any more. */
async function goesOn(id: number): Promise<WhyView> {
  expect(await world.decided(id, { deadlineMs: 20_000 })).toMatchObject({ status: "CONFIRMED" });
  return waitsFor(world, id, null);
}

describe("why an order ended", () => {
  test("is that inventory reserved it", async () => {
    const id = await world.accepted(cola);
    await world.decided(id);

    const { sentence, ended, status } = await waitsFor(world, id, null);

    expect([status, ended?.how]).toEqual(["CONFIRMED", "confirmed"]);
    expect(sentence).toMatch(/^Order \d+ was confirmed at \S+: inventory reserved all of it\.$/);
  });

  test("is that stock was short, with each sku that was", async () => {
    const items = ["burger", "cola", "ghost"].map((sku) => ({ sku, quantity: 99 }));
    const id = await world.accepted({ userId: "ann", items });
    await world.decided(id);

    const { sentence, ended } = await waitsFor(world, id, null);

    expect(ended).toMatchObject({ how: "rejected", missing: ["burger", "ghost"] });
    expect(sentence).toEndWith(": insufficient stock, missing burger and ghost.");
  });

  test("is that its customer cancelled it, whatever words they use", async () => {
    const id = await world.accepted(cola);
    await world.decided(id);
    const body = { reason: "insufficient stock" };
    await world.call("POST", `/v1/orders/${id}/cancel`, { body });

    const { ended } = await waitsFor(world, id, null);

    expect(ended).toMatchObject({ how: "cancelled", reason: "insufficient stock", missing: [] });
  });

  test("is asked by operators of orders that exist", async () => {
    expect((await world.call("GET", "/v1/orders/4711/why")).status).toBe(404);
    expect((await world.call("GET", "/v1/orders/x/why")).status).toBe(400);
  });
});

describe("an order waits", () => {
  test("for the broker, frozen or killed", async () => {
    world.nats.server.pause();
    const frozen = await world.accepted(cola);
    await waitsFor(world, frozen, {
      service: "orders",
      part: "broker",
      text: expect.stringContaining("it does not answer"),
    });
    await eventually(async () => {
      const before = performance.now();
      await why(world, frozen);
      expect(performance.now() - before).toBeLessThan(ANSWERED_WITHIN_MS);
    });
    world.nats.server.resume();
    await goesOn(frozen);

    await world.nats.server.kill();
    const killed = await world.accepted(cola);
    const { sentence } = await waitsFor(world, killed, { service: "orders", part: "broker" });
    expect(sentence).toContain("order_created v1 is in the outbox of orders");
    const cancelled = await world.accepted(cola);
    await world.call("POST", `/v1/orders/${cancelled}/cancel`, { body: {} });
    const { ended } = await waitsFor(world, cancelled, {
      part: "broker",
      text: expect.stringContaining("order_cancelled v2 is in the outbox of orders behind"),
    });
    expect(ended).toMatchObject({ how: "cancelled" });
    await world.nats.server.restart();
    await goesOn(killed);
    await waitsFor(world, cancelled, null);
  });

  test.each([
    { stream: "ORDERS", service: "orders" },
    { stream: "INVENTORY", service: "inventory" },
  ])("for room in the stream $stream", async ({ stream, service }) => {
    await limitStream(world, stream, ({ state }) => ({ max_bytes: state.bytes }));

    const id = await world.accepted(cola);
    await waitsFor(world, id, {
      service,
      part: "stream",
      text: expect.stringContaining(`the stream ${stream} takes nothing (it is full)`),
    });
    await limitStream(world, stream, () => ({ max_bytes: 1024 ** 3 }));
    await goesOn(id);
  });

  test.each(["orders", "inventory"] as const)(
    "for a leader of the relay of %s",
    async (service) => {
      const lock = await world.sql[service].reserve();
      const leading = await lock`select pid from pg_locks
      where locktype = 'advisory' and classid = ${lockClass}::int::oid and granted
        and database = (select oid from pg_database where datname = current_database())`;
      const locked =
        lock`select pg_advisory_lock(${lockClass}::int, ${onlyPartition}::int)`.execute();
      // Queues up for the lock before it is free, so that no replica can be faster.
      await eventually(async () => {
        const waiting = await world.sql[service]`select from pg_locks
        where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`;
        expect(waiting).toHaveLength(1);
      });
      await world.sql[service]`select pg_terminate_backend(${leading[0]?.pid}::int)`;
      await locked;

      const id = await world.accepted(cola);
      const found = { service, part: "relay", text: expect.stringContaining("holds the lock") };
      await waitsFor(world, id, found);
      await lock`select pg_advisory_unlock_all()`;
      lock.release();
      await goesOn(id);
    },
  );

  test.each([
    {
      stream: "ORDERS",
      durable: "inventory-service",
      service: "inventory",
      type: "orders.v1.order_created",
    },
    {
      stream: "INVENTORY",
      durable: "orders-service",
      service: "orders",
      type: "inventory.v1.inventory_reserved",
    },
  ])("for $durable to reach it", async ({ stream, durable, service, type }) => {
    // What follows from the orders before would be counted as well.
    await settled(world);
    await pauseDurable(world, { stream, durable, forMs: 600_000 });
    const [first, second] = [await world.accepted(cola), await world.accepted(cola)];

    await waitsFor(world, second ?? 0, {
      service,
      part: "consumer",
      lag: 2,
      message: { type, version: 1, stream, sequence: expect.any(Number) },
    });
    await pauseDurable(world, { stream, durable, forMs: 0 });
    for (const id of [first, second]) await goesOn(id ?? 0);
  });

  test("for inventory, frozen or killed", async () => {
    const [{ process: inventory }] = world.inventory;
    await inventory.pause();
    const frozen = await world.accepted(cola);
    const { silent } = await waitsFor(world, frozen, { service: "inventory", part: "service" });
    expect(silent).toMatchObject([{ service: "inventory", part: "service" }]);
    await inventory.resume();
    await goesOn(frozen);

    await inventory.kill();
    const killed = await world.accepted(cola);
    await waitsFor(world, killed, {
      service: "inventory",
      part: "service",
      text: expect.stringMatching(/waits in ORDERS, but inventory .*nobody pulls/),
      lag: expect.any(Number),
    });
    await inventory.restart();
    await goesOn(killed);
  });

  test("behind an earlier message of its key that the broker does not take", async () => {
    const items = Array.from({ length: 50 }, (_, n) => ({
      sku: `${n}`.padStart(60, "x"),
      quantity: 1,
    }));
    await limitStream(world, "ORDERS", () => ({ max_msg_size: 2_000 }));
    const id = await world.accepted({ userId: "ann", items });
    await world.call("POST", `/v1/orders/${id}/cancel`, { body: {} });

    await waitsFor(world, id, {
      service: "orders",
      part: "outbox",
      text: expect.stringContaining(`behind order_created v1 of order/${id}, which is not sent`),
    });
    await limitStream(world, "ORDERS", () => ({ max_msg_size: -1 }));
    await waitsFor(world, id, null);
  });
});

describe("qb order why", () => {
  test("says it in a sentence, with what to do", async () => {
    const qb = qbOn(world);
    const id = await world.accepted(cola);
    await goesOn(id);

    const told = await qb("order", "why", String(id));
    const json = await qb("order", "why", String(id), "--json");

    expect([told.code, told.out]).toEqual([0, `${(await why(world, id)).sentence}\n`]);
    expect(json.json()).toEqual(await why(world, id));
    expect((await qb("order", "why", "4711")).code).toBe(4);
    expect((await qb("order", "why", "x")).code).toBe(2);

    await world.nats.server.kill();
    const waiting = await world.accepted(cola);
    await waitsFor(world, waiting, { part: "broker" });
    expect((await qb("order", "why", String(waiting))).out).toContain("Try next: qb doctor");
    await world.nats.server.restart();
    await goesOn(waiting);
  });
});
