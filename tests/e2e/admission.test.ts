import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

const verdict = { deadlineMs: 20_000, everyMs: 100 };
const cola = { userId: "ann", sku: "cola", quantity: 1 };

const createdByRpc = (world: QuickBite, headers: Readonly<Record<string, string>> = {}) =>
  world.call("POST", "/orders.v1.OrdersService/CreateOrder", { body: cola, headers });

/** Orders until one is turned away; returns the ids of those that were not. */
async function orderUntilRefused(world: QuickBite): Promise<readonly number[]> {
  const ids: number[] = [];
  await eventually(
    async () => {
      const { status, body, headers } = await world.order(cola);
      if (status === 202) ids.push(Number(body.id));
      expect(status).toBe(503);
      expect(headers.get("content-type")).toStartWith("application/problem+json");
      expect(Number(headers.get("retry-after"))).toBeWithin(1, 61);
    },
    { deadlineMs: 30_000, everyMs: 20 },
  );
  return ids;
}

async function metric({ orders: [orders] }: QuickBite, name: string): Promise<number> {
  const page = await fetch(`http://127.0.0.1:${orders.ports.metrics}/metrics`);
  const line = (await page.text()).split("\n").find((text) => text.startsWith(`${name}{`));
  return Number(line?.split(" ").at(-1));
}

describe("while inventory does not keep up", () => {
  test("orders that would come too late are refused, and taken on again by themselves", async () => {
    await using world = await openQuickBite({ ordersSettings: { ORDER_DEADLINE: "6s" } });
    await world.addItem("cola", 1_000_000);
    const [{ process: inventory }] = world.inventory;
    const keyed = { "idempotency-key": "mine" };
    const mine = await world.order(cola, { headers: keyed });
    await world.decided(Number(mine.body.id));

    await inventory.stop();
    const ids = await orderUntilRefused(world);

    expect(ids.length).toBeGreaterThan(0);
    // The verdict is found anew twice a second, and a broker that answers late interrupts it.
    await eventually(async () => {
      const { status, body } = await world.order(cola);
      expect([status, body]).toMatchObject([503, { code: "backlog_too_long" }]);
    }, verdict);
    await eventually(async () => {
      const { status, body, headers } = await createdByRpc(world);
      expect([status, body.code]).toEqual([503, "unavailable"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    }, verdict);
    expect(await world.order(cola, { headers: keyed })).toMatchObject({
      status: 202,
      body: mine.body,
    });
    expect((await world.order({ userId: "ann" })).status).toBe(400);
    expect((await world.call("GET", `/v1/orders/${ids[0]}`)).status).toBe(200);
    await eventually(async () => {
      const { status, body } = await world.call("GET", "/readyz");
      expect([status, body]).toMatchObject([
        200,
        { status: "degraded", checks: { admission: { status: "failed" } } },
      ]);
      expect(await metric(world, "admission_refusing")).toBe(1);
      expect(await metric(world, "admission_messages_ahead")).toBeGreaterThan(0);
      expect(await metric(world, "admission_wait_seconds")).toBeGreaterThan(6);
    }, verdict);

    await inventory.restart();
    const later = await eventually(() => world.accepted(cola), { deadlineMs: 20_000 });
    expect(await world.decided(later)).toMatchObject({ status: "CONFIRMED" });
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
    await eventually(async () => expect(await metric(world, "admission_refusing")).toBe(0));
  });
});

describe("while the broker is away", () => {
  test("every order is accepted for as long as the outbox has room, and again once it has", async () => {
    await using world = await openQuickBite({
      ordersSettings: { ORDER_DEADLINE: "1s", OUTBOX_MAX: "40" },
    });
    await world.addItem("cola", 1_000_000);
    await world.decided(await world.accepted(cola));
    // Whatever were left in the outbox would count.
    await settled(world);
    await world.nats.server.kill();

    const first = await world.accepted(cola);
    await eventually(
      async () => {
        const [row] = await world.sql.orders`
          select now() - created_at > interval '3 s' as old from orders where id = ${first}`;
        return row?.old === true;
      },
      { everyMs: 50 },
    );
    const ids = [first, await world.accepted(cola), ...(await orderUntilRefused(world))];
    expect(ids.length).toBeGreaterThanOrEqual(40);
    expect((await world.order(cola)).body).toMatchObject({ code: "outbox_full" });

    await world.nats.server.restart();
    const later = await eventually(() => world.accepted(cola), { deadlineMs: 20_000 });
    for (const id of [...ids, later]) await world.decided(id, { deadlineMs: 20_000 });
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });
});
