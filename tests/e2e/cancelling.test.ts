import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite } from "./quickbite.ts";

setDefaultTimeout(30_000);

const races = 50;

describe("cancelling", () => {
  test("a confirmed order returns its stock, and once more changes nothing", async () => {
    await using world = await openQuickBite();
    const id = await world.accepted({ userId: "ann", sku: "burger", quantity: 5 });
    await world.decided(id);

    const cancelled = await world.call("POST", `/v1/orders/${id}/cancel`, {
      body: { reason: "not hungry" },
    });
    const again = await world.call("POST", `/v1/orders/${id}/cancel`, { body: {} });

    expect(cancelled.body).toMatchObject({ status: "CANCELLED", reason: "not hungry" });
    expect([again.status, again.body]).toEqual([200, cancelled.body]);
    await settled(world);
    expect(await world.stock("burger")).toEqual({ available: "5", reserved: "0", consumed: "0" });
    expect(await brokenPromises(world)).toEqual([]);
  });

  test("while the stock is being reserved never leaves any of it behind", async () => {
    await using world = await openQuickBite();
    await world.addItem("cola", races);

    // Each race is given a little more of a head start than the one before.
    await Promise.all(
      Array.from({ length: races }, async (_, race) => {
        const id = await world.accepted({ userId: `u${race}`, sku: "cola", quantity: 1 });
        for (let steps = 0; steps < race % 10; steps += 1) await world.call("GET", "/healthz");
        const { status } = await world.call("POST", `/v1/orders/${id}/cancel`, { body: {} });
        expect(status).toBe(200);
      }),
    );

    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
    expect(await world.stock("cola")).toEqual({
      available: String(races),
      reserved: "0",
      consumed: "0",
    });
  });
});
