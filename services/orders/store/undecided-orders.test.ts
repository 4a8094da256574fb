import { expect, test } from "bun:test";
import { aBurger, ordersWorld } from "../testing/world.ts";
import { undecidedOrders } from "./undecided-orders.ts";

test("orders that are undecided for over a minute are counted, and the oldest is named", async () => {
  await using world = await ordersWorld();
  const aged = async (seconds: number) => {
    const { id } = await world.place(aBurger, {});
    await world.query(
      `update orders set created_at = now() - ${seconds} * interval '1 s' where id = ${id}`,
    );
    return id;
  };
  await aged(30);
  await aged(90);
  const oldest = await aged(600);

  const { count, atLeast, oldest: told } = await undecidedOrders(world.pool);

  expect({ count, atLeast, key: told?.key }).toEqual({
    count: 2,
    atLeast: false,
    key: `order/${oldest}`,
  });
  const ageMs = Date.now() - (told?.since.getTime() ?? 0);
  expect(ageMs).toBeGreaterThan(590_000);
});

test("no orders, or only young ones, are nothing to report", async () => {
  await using world = await ordersWorld();
  await world.place(aBurger, {});

  expect(await undecidedOrders(world.pool)).toMatchObject({ count: 0, oldest: undefined });
});
