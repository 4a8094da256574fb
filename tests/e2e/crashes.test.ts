import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { startLoad } from "./load.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite } from "./quickbite.ts";
import { seeded } from "./seeded.ts";

// Twenty restarts and a settling: on a busy machine each takes seconds.
setDefaultTimeout(300_000);

const kills = 20;

describe("killing either service at random under load, twenty times", () => {
  const random = seeded();

  test(`loses no order, doubles no effect and leaves no dead letter (E2E_SEED=${random.seed})`, async () => {
    await using world = await openQuickBite();
    const skus = ["cola", "fries", "salad"];
    for (const sku of skus) await world.addItem(sku, 200);
    // Some orders are too large, so that refusals are on their way as well.
    const order = (number: number) => ({
      userId: `u${number % 7}`,
      items: skus
        .slice(0, 1 + (number % 3))
        .map((sku) => ({ sku, quantity: number % 11 === 0 ? 500 : 1 })),
    });
    const load = startLoad(world, { order, customers: 6, headers: { prefer: "wait=1" } });

    for (let kill = 0; kill < kills; kill += 1) {
      // By progress, not by time: every kill falls into work.
      const target = load.answered + 1 + random.below(20);
      await eventually(() => load.answered >= target, { deadlineMs: 20_000, everyMs: 1 });
      const [{ process: victim }] = random.below(2) === 0 ? world.orders : world.inventory;
      await victim.kill();
      await victim.restart();
    }
    await load.stop();

    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
    const [orders] = await world.sql.orders`select count(*)::int from orders`;
    expect(orders?.count).toBe(load.answered);
  });
});
