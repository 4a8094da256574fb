import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { OrderStatus, OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
beforeAll(async () => {
  world = await openQuickBite({ keys: true });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const of = (sku: string, quantity: number) => ({ userId: "ann", sku, quantity });
const waiting = { headers: { prefer: "wait=5" } };

describe("an order", () => {
  test("is accepted at once as the first of its world, and soon confirmed with its price", async () => {
    const { status, headers, body } = await world.order(of("burger", 2));

    expect([status, body, headers.get("location")]).toEqual([202, { id: 1 }, "/v1/orders/1"]);
    expect(await world.decided(1)).toMatchObject({ status: "CONFIRMED", totalCents: 1_780 });
    await settled(world);
    expect(await world.stock("burger")).toEqual({ available: "3", reserved: "0", consumed: "2" });
  });

  test("of more than there is, is cancelled and takes nothing", async () => {
    const before = await world.stock("burger");

    const id = await world.accepted(of("burger", 99));

    const { status, reason, missing } = await world.decided(id);
    expect({ status, reason, missing }).toEqual({
      status: "CANCELLED",
      reason: "insufficient stock",
      missing: ["burger"],
    });
    expect(await world.stock("burger")).toEqual(before);
  });

  test("that waits is answered 201 once confirmed, and 409 with the reason once cancelled", async () => {
    const good = await world.order(of("pizza", 1), waiting);
    const bad = await world.order(of("pizza", 99), waiting);

    expect([good.status, good.body]).toEqual([201, { id: expect.any(Number) }]);
    expect(good.headers.get("location")).toBe(`/v1/orders/${good.body.id}`);
    expect(bad.status).toBe(409);
    expect(bad.headers.get("content-type")).toBe("application/problem+json");
    expect(bad.body).toMatchObject({
      detail: "insufficient stock",
      id: expect.any(Number),
      missing: ["pizza"],
    });
  });

  test("of several lines takes all of them, or none and names every sku that is missing", async () => {
    await world.addItem("cola", 3);
    const before = await Promise.all(["burger", "cola"].map(world.stock));
    const lines = (...items: object[]) => ({ userId: "ann", items });

    const none = await world.order(
      lines(
        { sku: "burger", quantity: 1 },
        { sku: "cola", quantity: 4 },
        { sku: "unicorn", quantity: 1 },
      ),
      waiting,
    );

    expect([none.status, none.body.missing]).toEqual([409, ["cola", "unicorn"]]);
    expect(await Promise.all(["burger", "cola"].map(world.stock))).toEqual(before);

    const all = await world.order(
      lines({ sku: "burger", quantity: 1 }, { sku: "cola", quantity: 3 }),
      waiting,
    );

    expect(all.status).toBe(201);
    expect(await world.stock("cola")).toMatchObject({ available: "0" });
    expect(await world.decided(Number(all.body.id))).toMatchObject({ totalCents: 1_190 });
  });

  test("is the same through both doors", async () => {
    const { url: baseUrl } = world.orders[0];
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1" });
    const client = createClient(OrdersService, transport);

    const { orderId, order } = await client.createOrder({ ...of("pizza", 1), wait: 5 });

    expect(order).toMatchObject({ id: orderId, status: OrderStatus.CONFIRMED, totalCents: 1_150n });
    expect(await world.decided(Number(orderId))).toMatchObject({ status: "CONFIRMED" });
    const refused = client.createOrder({ ...of("pizza", 99), wait: 5 });
    await expect(refused).rejects.toThrow("[failed_precondition] insufficient stock");
  });

  test("stands in the list of its customer, newest first, page by page", async () => {
    const ids: number[] = [];
    for (let count = 0; count < 5; count += 1)
      ids.unshift(await world.accepted({ ...of("burger", 99), userId: "lister" }));
    const seen: unknown[] = [];
    let cursor = "";

    for (let page = 0; page < 3; page += 1) {
      const { body } = await world.call("GET", `/v1/orders?userId=lister&limit=2&cursor=${cursor}`);
      seen.push(...(body.orders as { id: number }[]).map(({ id }) => id));
      cursor = String(body.nextCursor);
    }

    expect(seen).toEqual(ids);
    expect(cursor).toBe("null");
  });

  test("keeps every promise over all of this", async () => {
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });

  test("asks nothing of the broker that its services' keys are not for", () => {
    expect(world.refusedByBroker()).toEqual([]);
  });
});
