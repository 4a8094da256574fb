import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cancelOrder } from "../domain/cancel-order.ts";
import { aBurger, anOrderOf, type OrdersWorld, ordersWorld } from "../testing/world.ts";
import { changeOrder } from "./change-order.ts";
import { listOrders } from "./list-orders.ts";
import { decodeCursor, encodeCursor } from "./order-cursor.ts";

async function idsOf(world: OrdersWorld, query: Partial<Parameters<typeof listOrders>[1]>) {
  const { orders } = await listOrders(world.pool, { limit: 100, ...query });
  return orders.map(({ id }) => Number(id));
}

describe("listOrders", () => {
  test("pages newest first, and neither repeats nor leaves out while orders come in", async () => {
    await using world = await ordersWorld();
    for (let count = 0; count < 7; count++) await world.place();
    // Orders of one moment are told apart by their ids.
    await world.query(
      "update orders set created_at = now() - (case when id in (2, 3, 4) then 1 else 2 end) * interval '1 min'",
    );
    const all = await idsOf(world, {});

    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await listOrders(world.pool, { limit: 2, cursor });
      seen.push(...page.orders.map(({ id }) => Number(id)));
      cursor = page.nextCursor;
      await world.place();
    } while (cursor !== undefined && seen.length < 50);

    expect(all.slice(0, 3)).toEqual([4, 3, 2]);
    expect(seen).toEqual(all);
  });

  test("says that there is no further page when the last one is full", async () => {
    await using world = await ordersWorld();
    for (let count = 0; count < 4; count++) await world.place();

    const first = await listOrders(world.pool, { limit: 2 });
    const second = await listOrders(world.pool, { limit: 2, cursor: first.nextCursor });

    expect(first.nextCursor).toBeDefined();
    expect(second.orders).toHaveLength(2);
    expect(second.nextCursor).toBeUndefined();
  });

  test("filters by user, status and any line's sku, together too", async () => {
    await using world = await ordersWorld();
    await world.place(aBurger);
    await world.place(anOrderOf("pizza", "burger"));
    await world.place({ ...anOrderOf("burger", "cola"), userId: "u2" });
    await world.place(anOrderOf("cola"));
    await changeOrder(world.pool, 2n, (order) => cancelOrder(order, "no", new Date()));

    expect(await idsOf(world, { userId: "u2" })).toEqual([3]);
    expect(await idsOf(world, { status: "CANCELLED" })).toEqual([2]);
    expect(await idsOf(world, { status: "PENDING" })).toEqual([4, 3, 1]);
    expect(await idsOf(world, { sku: "burger" })).toEqual([3, 2, 1]);
    expect(await idsOf(world, { sku: "cola" })).toEqual([4, 3]);
    expect(await idsOf(world, { sku: "burger", userId: "u1", status: "PENDING" })).toEqual([1]);
    expect(await idsOf(world, { sku: "salad" })).toEqual([]);
  });

  test("pages a sku whether it is a first or a further line", async () => {
    await using world = await ordersWorld();
    for (let count = 0; count < 3; count++) {
      await world.place(aBurger);
      await world.place(anOrderOf("pizza", "burger"));
    }

    const first = await listOrders(world.pool, { sku: "burger", limit: 4 });
    const second = await listOrders(world.pool, {
      sku: "burger",
      limit: 4,
      cursor: first.nextCursor,
    });

    expect([...first.orders, ...second.orders].map(({ id }) => id)).toEqual([
      6n,
      5n,
      4n,
      3n,
      2n,
      1n,
    ]);
  });

  test.each([
    [{}, "orders_newest"],
    [{ userId: "u1" }, "orders_user"],
    [{ status: "PENDING" }, "orders_pending"],
    [{ status: "CANCELLED" }, "orders_cancelled"],
  ] as const)("reads %j by its index, without sorting", async (filter, index) => {
    await using world = await ordersWorld();
    await world.query(`insert into orders (id, user_id, note, status, sku, quantity, version,
        prices_cents, total_cents, created_at, updated_at)
      select n, 'u' || n % 10, '', 'CONFIRMED', 'sku' || n % 1000, 1, 2, '{1}', 1, now() - n * interval '1 s', now()
      from generate_series(1, 20000) n`);
    await world.query("analyze orders");
    world.statements.length = 0;

    await listOrders(world.pool, { limit: 20, ...filter });

    const [text = ""] = world.statements;
    const bound = text.replace(/\$\d+/g, (name) =>
      name === "$1" && "userId" in filter ? "'u1'" : "21",
    );
    const plan = JSON.stringify(await world.query(`explain ${bound}`));
    expect(plan).toContain(index);
    expect(plan).not.toContain("Sort");
  });
});

describe("cursors", () => {
  test("read back as what was written", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
        fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
        (createdAt, id) => {
          expect(decodeCursor(encodeCursor({ createdAt, id }))).toEqual({ createdAt, id });
        },
      ),
    );
  });

  test("are refused when nobody here can have written them", () => {
    const forged = [
      "1.0",
      "1.9223372036854775808",
      "-1.1",
      "1.1 ",
      "1",
      "",
      "x.1",
      `${"9".repeat(16)}.1`,
      `${Date.UTC(9999, 11, 31, 23, 59, 59, 999) + 1}.1`,
    ];
    const encoded = forged.map((text) => Buffer.from(text).toString("base64url"));
    const genuine = encodeCursor({ createdAt: new Date(1), id: 1n });

    for (const text of [...encoded, "!", "null", `${genuine}!`, `${genuine}==`, ` ${genuine}`])
      expect(() => decodeCursor(text)).toThrow("invalid cursor");
  });
});
