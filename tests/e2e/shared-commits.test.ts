import { expect, setDefaultTimeout, test } from "bun:test";
import { startLoad } from "./load.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

test("a process that dies between a shared commit and its answers loses no order and makes none twice", async () => {
  // Fewer than twice as many orders, so that it dies once.
  await using world = await openQuickBite({
    ordersSettings: { CRASH_POINT: "request.after-commit-before-reply:100" },
  });
  await world.addItem("cola", 200);
  const [{ process: victim }] = world.orders;
  const stored = async () => {
    const [row] = await world.sql.orders`select count(*)::int from orders`;
    return Number(row?.count);
  };
  const order = (number: number) => ({ userId: `u${number % 7}`, sku: "cola", quantity: 1 });
  const load = startLoad(world, { order, customers: 64, orders: 160 });

  await victim.exited;
  const unheard = (await stored()) - load.answered;
  await victim.restart();
  await load.done;

  expect(unheard).toBeGreaterThan(0);
  await settled(world);
  expect(await brokenPromises(world)).toEqual([]);
  expect(await stored()).toBe(160);
  expect(await world.stock("cola")).toEqual({ available: "40", reserved: "0", consumed: "160" });
});
