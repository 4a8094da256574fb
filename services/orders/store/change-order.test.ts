import { describe, expect, test } from "bun:test";
import { outbox } from "@app/platform/messaging/tables.ts";
import { ownerFor } from "@app/platform/owner.ts";
import { cancelOrder, rejectOrder } from "../domain/cancel-order.ts";
import { confirmOrder } from "../domain/confirm-order.ts";
import type { Order } from "../domain/order.ts";
import { anOrderOf, ordersWorld } from "../testing/world.ts";
import { changeOrder } from "./change-order.ts";
import { findOrder } from "./find-order.ts";

const noon = new Date("2026-05-04T12:00:00.123Z");
const rejection = { reason: "insufficient stock", missing: [`pi"zz,a`, "{}"] };
const confirm = (order: Order) =>
  confirmOrder(
    order,
    { items: order.lines.map(({ sku }) => ({ sku, priceCents: 450 })), totalCents: 900 },
    noon,
  );

describe("changeOrder", () => {
  test("stores what was decided so that it reads back as it was", async () => {
    await using world = await ordersWorld();
    const confirmed = await world.place(anOrderOf("burger", "pizza"));
    const rejected = await world.place(anOrderOf(...rejection.missing));

    const decisions = [
      await changeOrder(world.pool, confirmed.id, confirm),
      await changeOrder(world.pool, rejected.id, (order) => rejectOrder(order, rejection, noon)),
      await changeOrder(world.pool, confirmed.id, (order) => cancelOrder(order, "no", noon)),
    ];

    expect(decisions.map(({ version }) => version)).toEqual([2, 2, 3]);
    expect(await findOrder(world.pool, rejected.id)).toEqual(decisions[1] as Order);
    expect(await findOrder(world.pool, confirmed.id)).toEqual(decisions[2] as Order);
    expect(decisions[2]).toMatchObject({ pricing: { pricesCents: [450, 450], totalCents: 900 } });
  });

  test("states each fact under the order's key and next version", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    await changeOrder(world.pool, id, confirm);
    await changeOrder(world.pool, id, (order) => cancelOrder(order, "no", noon));

    const messages = await world.pool.q.select().from(outbox).orderBy(outbox.id);

    expect(messages.map(({ key, version, subject }) => [key, version, subject])).toEqual([
      ["order/1", 1, "orders.v1.order_created.1"],
      ["order/1", 2, "orders.v1.order_confirmed.1"],
      ["order/1", 3, "orders.v1.order_cancelled.1"],
    ]);
  });

  test("writes nothing when nothing is decided, and answers the order as it is", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    const cancelled = await changeOrder(world.pool, id, (order) => cancelOrder(order, "a", noon));

    const again = await changeOrder(world.pool, id, (order) => cancelOrder(order, "b", new Date()));

    expect(again).toEqual(cancelled);
    expect(await world.query("select id from outbox")).toHaveLength(2);
  });

  test("keeps neither the change nor the fact when either cannot be kept", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    await world.query("alter table outbox add constraint first check (version = 1)");

    await expect(changeOrder(world.pool, id, confirm)).rejects.toThrow();

    expect((await findOrder(world.pool, id)).status).toBe("PENDING");
    expect(await world.query("select id from outbox")).toHaveLength(1);
  });

  test("lets exactly one of many who decide at once decide", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();

    const changes = Array.from({ length: 20 }, (_, index) =>
      changeOrder(world.pool, id, (order) =>
        index % 2 === 0
          ? confirm(order)
          : rejectOrder(order, { reason: "insufficient stock", missing: [] }, noon),
      ),
    );

    const statuses = new Set((await Promise.all(changes)).map(({ status }) => status));
    expect(statuses.size).toBe(1);
    expect(await world.query("select id from outbox")).toHaveLength(2);
  });

  test("refuses an order that is not there", async () => {
    await using world = await ordersWorld();

    await expect(changeOrder(world.pool, 9n, confirm)).rejects.toThrow("not found");
    await expect(findOrder(world.pool, 2n ** 63n - 1n)).rejects.toThrow("not found");
  });

  test("joins a transaction that is open, and goes back with it", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();

    const failed = world.pool.transaction(async (tx) => {
      await changeOrder(tx, id, confirm);
      throw new Error("later");
    });

    await expect(failed).rejects.toThrow("later");
    expect((await findOrder(world.pool, id)).status).toBe("PENDING");
  });
});

describe("access", () => {
  test("hides others' orders from a customer, and shows all to who serves them", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    const seenBy = (subject: string, role: "customer" | "operator" | "service") =>
      findOrder(world.pool, id, { ownedBy: ownerFor({ subject, roles: [role] }) });

    await expect(seenBy("u2", "customer")).rejects.toThrow("not found");
    for (const role of ["operator", "service"] as const)
      expect((await seenBy("u2", role)).id).toBe(id);
    expect((await seenBy("u1", "customer")).id).toBe(id);
    expect(ownerFor(undefined)).toBeUndefined();
  });

  test("lets only its owner change an order", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    const cancel = (order: Order) => cancelOrder(order, "no", noon);

    const cancelAs = (ownedBy: string) => changeOrder(world.pool, { id, ownedBy }, cancel);

    await expect(cancelAs("u2")).rejects.toThrow("not found");
    expect((await findOrder(world.pool, id)).status).toBe("PENDING");
    expect((await cancelAs("u1")).status).toBe("CANCELLED");
  });
});
