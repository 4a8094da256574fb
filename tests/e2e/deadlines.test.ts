import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite } from "./quickbite.ts";

setDefaultTimeout(60_000);

const ordersSettings = { ORDER_DEADLINE: "2s" };
const burger = { userId: "ann", sku: "burger", quantity: 3 };

describe("an order past its deadline", () => {
  test("is cancelled, and stock that is reserved for it late is released", async () => {
    await using world = await openQuickBite({ ordersSettings });
    const [{ process: inventory }] = world.inventory;
    await inventory.stop();

    const { status, body } = await world.order(burger, { headers: { prefer: "wait=15" } });

    expect([status, body]).toMatchObject([409, { detail: "timed out", missing: [] }]);
    await inventory.restart();
    await settled(world);
    expect(await world.stock("burger")).toEqual({ available: "5", reserved: "0", consumed: "0" });
    expect(await brokenPromises(world)).toEqual([]);
    const [reservation] = await world.sql.inventory`select state from reservations`;
    expect(reservation?.state).toBe("RELEASED");
  });

  test("is not one that waited for the broker, however long", async () => {
    await using world = await openQuickBite({ ordersSettings });
    await world.decided(await world.accepted({ ...burger, quantity: 1 }));
    await world.nats.server.kill();

    const id = await world.accepted(burger);
    await eventually(
      async () => {
        const [row] = await world.sql.orders`
          select now() - created_at > interval '6 seconds' as old from orders where id = ${id}`;
        return row?.old === true;
      },
      { deadlineMs: 20_000, everyMs: 100 },
    );
    expect((await world.call("GET", `/v1/orders/${id}`)).body.status).toBe("PENDING");
    await world.nats.server.restart();

    expect(await world.decided(id)).toMatchObject({ status: "CONFIRMED" });
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });
});
