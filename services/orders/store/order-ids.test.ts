import { describe, expect, test } from "bun:test";
import type { Database } from "@app/platform/postgres.ts";
import { ordersWorld } from "../testing/world.ts";
import { orderIds } from "./order-ids.ts";

describe("orderIds", () => {
  test("gives each id once and ascending, also to many who ask at once", async () => {
    await using world = await ordersWorld();
    const ids = orderIds(world.pool);

    const given = await Promise.all(Array.from({ length: 300 }, () => ids.next()));

    expect(given).toEqual(Array.from({ length: 300 }, (_, index) => BigInt(index + 1)));
  });

  test("draws no more lots than are needed", async () => {
    await using world = await ordersWorld();
    const ids = orderIds(world.pool);

    for (let count = 0; count < 64; count++) await ids.next();

    expect(world.statements.filter((text) => text.includes("nextval"))).toHaveLength(2);
  });

  test("gives no id of another process again", async () => {
    await using world = await ordersWorld();
    const pools = [orderIds(world.pool), orderIds(world.pool)];

    const given = await Promise.all(
      Array.from({ length: 200 }, (_, index) => pools[index % 2]?.next()),
    );

    expect(new Set(given).size).toBe(200);
  });

  test("fails whoever waits when none can be drawn, and recovers", async () => {
    await using world = await ordersWorld();
    await world.query("alter sequence orders_id_seq rename to away");
    const ids = orderIds(world.pool);

    const failed = await Promise.allSettled([ids.next(), ids.next()]);
    await world.query("alter sequence away rename to orders_id_seq");

    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await ids.next()).toBeGreaterThan(0n);
  });

  test("refuses to let too many wait", async () => {
    const silent = { q: { execute: () => new Promise(() => undefined) } } as unknown as Database;
    const ids = orderIds(silent);
    for (let count = 0; count < 10_000; count++) void ids.next();

    await expect(ids.next()).rejects.toThrow("too many orders at once");
  });
});
