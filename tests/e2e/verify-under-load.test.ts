import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { startLoad } from "./load.ts";
import { qbOn } from "./qb.ts";
import { openQuickBite } from "./quickbite.ts";

setDefaultTimeout(240_000);

const often = { RECONCILE_EVERY: "250ms" };

describe("qb verify under load", () => {
  test("finds nothing wrong while orders come and go and replicas are killed", async () => {
    await using world = await openQuickBite({
      replicas: 2,
      ordersSettings: often,
      inventorySettings: often,
    });
    await world.addItem("cola", 300);
    const qb = qbOn(world);
    const load = startLoad(world, {
      // Some are too large, so that refusals are on their way as well.
      order: (number) => ({ userId: "ada", sku: "cola", quantity: number % 7 === 0 ? 500 : 1 }),
      customers: 2,
      // Each customer waits for the decision: enough is on its way, and the end is soon reached.
      headers: { prefer: "wait=2" },
    });
    const told: string[] = [];

    for (const victim of [world.inventory[0], world.orders[0], undefined]) {
      const target = load.answered + 20;
      await eventually(() => load.answered >= target, { deadlineMs: 60_000 });
      if (victim) {
        await victim.process.kill();
        await victim.process.restart();
      }
      for (const id of [...world.acceptedIds].slice(-10)) {
        await world.call("POST", `/v1/orders/${id}/cancel`, { body: {} });
      }
      const { error, out } = await qb("verify", "--full");
      told.push(
        ...`${error}${out}`.split("\n").filter((line) => /^(qb|broken|unknown)/.test(line)),
      );
    }
    await load.stop();

    expect(told).toEqual([]);
    const rest = await qb("verify", "--wait", "120", "--strict", "--full");
    expect({ code: rest.code, error: rest.error }).toEqual({ code: 0, error: "" });
  });
});
