import { describe, expect, test } from "bun:test";
import { row } from "@app/platform/messaging/handler.ts";
import { timeOutOrder } from "../domain/cancel-order.ts";
import type { Order } from "../domain/order.ts";
import { ordersWorld } from "../testing/world.ts";
import { findOrder } from "./find-order.ts";
import { ordersUnit } from "./unit.ts";

const timeOut = (order: Order) => timeOutOrder(order, new Date());

describe("ordersUnit", () => {
  test("locks all rows of a batch in one statement, sorted, and writes them in another", async () => {
    await using world = await ordersWorld();
    for (let count = 0; count < 3; count++) await world.place();
    world.statements.length = 0;

    await world.pool.transaction(async (tx) => {
      const { stores, lock } = ordersUnit(tx);
      await lock(["3", "1", "2", "1"].map((id) => row("orders", id)));
      for (const id of [2n, 1n, 3n]) stores.orders.change(id, timeOut);
    });

    const [read, write, ...others] = world.statements.filter(
      (text) => !/^(begin|commit)/.test(text),
    );
    expect(read).toMatch(/order by "orders"."id" for update$/);
    expect(write).toMatch(/^with found as/);
    expect(others).toEqual([]);
  });

  test("decides on what an earlier message of the batch has decided", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();

    await world.pool.transaction(async (tx) => {
      const { stores, lock } = ordersUnit(tx);
      await lock([row("orders", id)]);
      stores.orders.change(id, timeOut);
      stores.orders.change(id, timeOut);
    });

    expect((await findOrder(world.pool, id)).version).toBe(2);
    expect(await world.query("select id from outbox")).toHaveLength(2);
  });

  test("tells what changed after the commit, and nothing when there was none", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    const told: Order[] = [];
    const inBatch = (after: () => void) =>
      world.pool.transaction(async (tx) => {
        const { stores, lock } = ordersUnit(tx, (order) => told.push(order));
        await lock([row("orders", id)]);
        stores.orders.change(id, timeOut);
        expect(told).toEqual([]);
        after();
      });

    const failed = inBatch(() => {
      throw new Error("later");
    });
    await expect(failed).rejects.toThrow("later");
    expect(told).toEqual([]);
    await inBatch(() => undefined);

    expect(told.map(({ version }) => version)).toEqual([2]);
  });

  test("takes news about an unknown order, or rows of an unknown table, for a fault", async () => {
    await using world = await ordersWorld();

    await world.pool.transaction(async (tx) => {
      const { stores, lock } = ordersUnit(tx);
      await lock([row("orders", "404")]);
      expect(() => stores.orders.change(404n, timeOut)).toThrow("order 404 is unknown");
      expect(() => stores.orders.change(405n, timeOut)).toThrow("order 405 was not locked");
      await expect(lock([row("items", "burger")])).rejects.toThrow("no table items");
    });
  });
});
