import { describe, expect, test } from "bun:test";
import { row } from "@app/platform/messaging/handler.ts";
import { derivedMessageIds } from "@app/platform/messaging/message-ids.ts";
import { orderReservation } from "../domain/reservation.ts";
import { reserveStock } from "../domain/reserve-stock.ts";
import { consumeReservation, releaseReservation } from "../domain/settle-reservation.ts";
import { inventoryWorld, linesOf } from "../testing/world.ts";
import { stockDifferences } from "./conservation.ts";
import { findReservation } from "./reserve-for-caller.ts";
import { inventoryUnit } from "./unit.ts";

describe("a reservation for an order", () => {
  test("of one line takes the stock, keeps no document and announces the price", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    await world.order(1n, { burger: 2 });

    expect(await world.stock("burger")).toMatchObject({ available: 3, reserved: 2 });
    expect(await world.db.q.execute("select lines from reservations")).toMatchObject([
      { lines: null },
    ]);
    expect(await world.announced()).toMatchObject([
      {
        subject: "inventory.v1.inventory_reserved.1",
        key: "reservation/1",
        version: 1,
        message: {
          orderId: 1n,
          reserved: true,
          missing: [],
          items: [{ sku: "burger", quantity: 2, priceCents: 100n }],
          totalCents: 200n,
        },
      },
    ]);
  });

  test("of several lines takes all of them in one statement", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 10, soup: 3 });

    await world.order(1n, { soup: 3, burger: 1, pizza: 2 });

    expect(await world.stock("soup")).toMatchObject({ available: 0, reserved: 3 });
    expect(await world.stock("burger")).toMatchObject({ available: 4, reserved: 1 });
    expect(await world.stock("pizza")).toMatchObject({ available: 8, reserved: 2 });
    const [{ message } = expect.unreachable()] = await world.announced();
    expect(message).toMatchObject({
      items: [{ sku: "soup" }, { sku: "burger" }, { sku: "pizza" }],
      totalCents: 3n * 300n + 100n + 2n * 200n,
    });
  });

  test("takes nothing when one line is too few, and names all that are missing", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 1 });

    await world.order(1n, { burger: 1, pizza: 2, nothing: 1 });

    expect(await world.stock("burger")).toMatchObject({ available: 5, reserved: 0 });
    expect(await world.announced()).toMatchObject([
      {
        subject: "inventory.v1.inventory_rejected.1",
        key: "reservation/1",
        version: 1,
        message: {
          orderId: 1n,
          reserved: false,
          reason: "insufficient stock",
          missing: ["pizza", "nothing"],
          items: [],
          totalCents: 0n,
        },
      },
    ]);
    expect(await findReservation(world.db, "order/1")).toMatchObject({ state: "REJECTED" });
  });

  test("is consumed and taken back in silence, with all its lines", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 10 });
    await world.order(1n, { burger: 1, pizza: 2 });

    await world.change(orderReservation(1n), consumeReservation);
    expect(await world.stock("pizza")).toMatchObject({ available: 8, reserved: 0, consumed: 2 });
    await world.change(orderReservation(1n), releaseReservation);

    expect(await world.stock("pizza")).toMatchObject({ available: 10, reserved: 0, consumed: 0 });
    expect(await world.stock("burger")).toMatchObject({ available: 5 });
    expect(await world.announced()).toHaveLength(1);
    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test("changes and announces nothing when it is told again", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    await world.order(1n, { burger: 2 });
    await world.order(1n, { burger: 2 });
    await world.change(orderReservation(1n), consumeReservation);
    await world.change(orderReservation(1n), consumeReservation);
    await world.order(1n, { burger: 1 });

    expect(await world.stock("burger")).toMatchObject({ available: 3, reserved: 0, consumed: 2 });
    expect(await world.announced()).toHaveLength(1);
  });

  test("is refused in silence after a release that came first", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    await world.change(orderReservation(1n), releaseReservation);
    await world.order(1n, { burger: 2 });

    expect(await world.stock("burger")).toMatchObject({ available: 5, reserved: 0 });
    expect(await findReservation(world.db, "order/1")).toMatchObject({
      state: "RELEASED",
      lines: [],
    });
    expect(await world.announced()).toEqual([]);
  });
});

describe("the unit of a batch", () => {
  test("lets each handler see what those before it left", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    const states = await world.db.transaction(async (tx) => {
      const { stores, lock } = inventoryUnit(tx);
      await lock([
        row("items", "burger"),
        ...[1n, 2n, 3n].map((id) => row("reservations", `order/${id}`)),
      ]);
      const reserve = (id: bigint, burger: number) =>
        stores.reservations.change(orderReservation(id), (seen) =>
          reserveStock(seen, linesOf({ burger })),
        );
      const settle = stores.reservations.change;
      return [
        await reserve(1n, 4),
        await reserve(2n, 2),
        await settle(orderReservation(1n), releaseReservation),
        await reserve(3n, 5),
        await settle(orderReservation(3n), consumeReservation),
      ].map(({ reservation }) => reservation?.state);
    });

    expect(states).toEqual(["RESERVED", "REJECTED", "RELEASED", "RESERVED", "CONSUMED"]);
    expect(await world.stock("burger")).toMatchObject({ available: 0, reserved: 0, consumed: 5 });
    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test("writes nothing when its transaction fails, and tells nobody", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    const told: string[] = [];

    const failure = world.db.transaction(async (tx) => {
      const { stores, lock } = inventoryUnit(tx, { itemChanged: (sku) => told.push(sku) });
      await lock([row("items", "burger"), row("reservations", "order/1")]);
      stores.reservations.change(orderReservation(1n), (seen) =>
        reserveStock(seen, linesOf({ burger: 1 })),
      );
      throw new Error("the batch fails");
    });

    await expect(failure).rejects.toThrow("the batch fails");
    expect(await world.stock("burger")).toMatchObject({ available: 5, reserved: 0 });
    expect(await world.announced()).toEqual([]);
    expect(told).toEqual([]);
  });

  test("tells which items changed after the commit, as they are then", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    const told: unknown[] = [];

    await world.db.transaction(async (tx) => {
      const { stores, lock } = inventoryUnit(tx, {
        itemChanged: (sku, item) => told.push([sku, item?.stock.available, item?.version]),
      });
      await lock([row("items", "burger"), row("items", "pizza"), row("reservations", "order/1")]);
      stores.reservations.change(orderReservation(1n), (seen) =>
        reserveStock(seen, linesOf({ pizza: 2, burger: 1 })),
      );
      expect(told).toEqual([]);
    });

    expect(told).toEqual([
      ["pizza", 3, 2],
      ["burger", 4, 2],
    ]);
  });

  test("takes the ids of its messages from the message at hand", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    const ids = () =>
      derivedMessageIds("inventory-service", "01a1fd74-9358-7059-b755-3c41a7677c36");

    await world.db.transaction(async (tx) => {
      tx.messageIds = ids();
      const { stores, lock } = inventoryUnit(tx);
      await lock([row("items", "burger"), row("reservations", "order/1")]);
      stores.reservations.change(orderReservation(1n), (seen) =>
        reserveStock(seen, linesOf({ burger: 1 })),
      );
    });

    expect((await world.announced()).map(({ message }) => message.eventId)).toEqual([ids().next()]);
  });

  test.each([
    ["a reservation", [row("items", "burger")], "reservation order/1 was not locked"],
    ["an item", [row("reservations", "order/1")], "item burger was not locked"],
    ["a table", [row("seats", "1")], "inventory has no table seats that messages change"],
  ])("fails over %s that a handler forgot to name", async (_, rows, message) => {
    await using world = await inventoryWorld({ burger: 5 });

    const failure = world.db.transaction(async (tx) => {
      const { stores, lock } = inventoryUnit(tx);
      await lock(rows);
      stores.reservations.change(orderReservation(1n), (seen) =>
        reserveStock(seen, linesOf({ burger: 1 })),
      );
    });

    await expect(failure).rejects.toThrow(message);
    expect(await world.stock("burger")).toMatchObject({ available: 5 });
  });
});
