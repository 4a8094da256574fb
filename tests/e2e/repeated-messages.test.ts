import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

const streams = ["ORDERS", "INVENTORY"] as const;

/** Publishes every message of both streams again, past the broker's deduplication. */
async function repeatAll({ broker }: QuickBite): Promise<number> {
  let repeated = 0;
  for (const stream of streams) {
    for await (const { subject, headers, payload } of broker.read(stream)) {
      const again = headers.replace(/^Nats-Msg-Id: .*$/im, `Nats-Msg-Id: ${crypto.randomUUID()}`);
      const { duplicate } = await broker.publish({ subject, headers: again, payload });
      expect(duplicate).toBe(false);
      repeated += 1;
    }
  }
  return repeated;
}

/** Everything that a message could have changed. */
async function stateOf({ sql }: QuickBite) {
  const orders = await sql.orders`select * from orders order by id`;
  const items = await sql.inventory`select * from items order by sku`;
  const reservations = await sql.inventory`select * from reservations order by id`;
  const announced = await sql.orders`select count(*)::int from outbox_sent`;
  const answered = await sql.inventory`select count(*)::int from outbox_sent`;
  return [orders, items, reservations, announced, answered].map((rows) => [...rows]);
}

describe("every message delivered twice", () => {
  test("changes nothing the second time", async () => {
    await using world = await openQuickBite();
    const ids: number[] = [];
    for (let number = 0; number < 30; number += 1) {
      const sku = number % 2 === 0 ? "burger" : "pizza";
      ids.push(await world.accepted({ userId: "ann", sku, quantity: 1 + (number % 3) }));
    }
    for (const id of ids) await world.decided(id);
    for (const id of ids.slice(0, 10))
      await world.call("POST", `/v1/orders/${id}/cancel`, { body: {} });
    await settled(world);
    const before = await stateOf(world);

    const repeated = await repeatAll(world);

    expect(repeated).toBeGreaterThan(2 * ids.length);
    await settled(world);
    expect(await stateOf(world)).toEqual(before);
    expect(await brokenPromises(world)).toEqual([]);
  });

  test("while orders are on their way changes nothing either", async () => {
    await using world = await openQuickBite({ replicas: 2 });
    await world.addItem("cola", 100);
    const placed = Array.from({ length: 100 }, (_, number) =>
      world.accepted({ userId: `u${number}`, sku: "cola", quantity: 2 }, { replica: number % 2 }),
    );

    await eventually(async () => (await repeatAll(world)) > 0);
    await Promise.all(placed);
    await repeatAll(world);

    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
    expect(await world.stock("cola")).toEqual({ available: "0", reserved: "0", consumed: "100" });
  });
});
