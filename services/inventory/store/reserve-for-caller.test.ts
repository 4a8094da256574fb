import { describe, expect, test } from "bun:test";
import { deleteItem, restockItem } from "../domain/item.ts";
import { callersReservation } from "../domain/reservation.ts";
import { inventoryWorld } from "../testing/world.ts";
import { stockDifferences } from "./conservation.ts";
import { changeItem } from "./items.ts";
import { releaseForCaller } from "./release-for-caller.ts";
import { findReservation, reserveForCaller } from "./reserve-for-caller.ts";

const one = (sku: string) => ({ sku, quantity: 1 });
const insufficient = expect.objectContaining({
  kind: "insufficient",
  message: "insufficient stock",
});

describe("reserveForCaller", () => {
  test("sets pieces aside at the menu's price and announces nothing", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    const answer = await reserveForCaller(world.db, callersReservation("7"), {
      sku: "burger",
      quantity: 2,
    });

    expect(answer).toEqual({ id: "rpc/7", repeated: false });
    expect(await findReservation(world.db, "rpc/7")).toEqual({
      source: "rpc",
      ref: "7",
      state: "RESERVED",
      lines: [{ sku: "burger", quantity: 2, priceCents: 100 }],
      totalCents: 200,
      version: 0,
    });
    expect(await world.stock("burger")).toMatchObject({ available: 3, reserved: 2 });
    expect(await world.announced()).toEqual([]);
  });

  test("stores nothing when it refuses, so that the call can be tried again", async () => {
    await using world = await inventoryWorld({ burger: 0 });
    const key = callersReservation("7");

    await expect(reserveForCaller(world.db, key, one("burger"))).rejects.toEqual(insufficient);
    await expect(reserveForCaller(world.db, key, one("nothing"))).rejects.toEqual(insufficient);
    expect(await findReservation(world.db, "rpc/7")).toBeUndefined();
    await changeItem(world.db, "burger", (item) => restockItem(item, 1));

    expect(await reserveForCaller(world.db, key, one("burger"))).toMatchObject({ id: "rpc/7" });
  });

  test("does not know a deleted item", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    await changeItem(world.db, "burger", deleteItem);

    const failure = reserveForCaller(world.db, callersReservation("7"), one("burger"));

    await expect(failure).rejects.toEqual(insufficient);
  });

  test("gives 500 callers at once exactly the ten pieces there are", async () => {
    await using world = await inventoryWorld({ pizza: 10 }, { connectionsMax: 20 });

    const answers = await Promise.allSettled(
      Array.from({ length: 500 }, (_, at) =>
        reserveForCaller(world.db, callersReservation(String(at + 1)), one("pizza")),
      ),
    );

    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(answers.length - refused.length).toBe(10);
    for (const { reason } of refused) expect(reason).toEqual(insufficient);
    expect(await world.stock("pizza")).toMatchObject({ available: 0, reserved: 10 });
    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test("answers one key alike, 50 times at once, though the last piece is gone", async () => {
    await using world = await inventoryWorld({ pizza: 1 }, { connectionsMax: 20 });

    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        reserveForCaller(world.db, callersReservation("7"), one("pizza")),
      ),
    );

    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set(["rpc/7"]));
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await world.stock("pizza")).toMatchObject({ available: 0, reserved: 1 });
  });

  test("lets one of many different requests under one key win", async () => {
    await using world = await inventoryWorld({ burger: 50, pizza: 50 }, { connectionsMax: 20 });

    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) =>
        reserveForCaller(world.db, callersReservation("7"), one(at % 2 ? "burger" : "pizza")),
      ),
    );

    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused).toHaveLength(20);
    for (const { reason } of refused) expect(reason).toMatchObject({ kind: "mismatch" });
    const stocks = [await world.stock("burger"), await world.stock("pizza")];
    expect(stocks.map(({ reserved }) => reserved).sort()).toEqual([0, 1]);
    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test("never meets an order of the same number", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    await world.order(7n, { burger: 1 });
    await reserveForCaller(world.db, callersReservation("7"), { sku: "burger", quantity: 3 });

    expect(await world.stock("burger")).toMatchObject({ available: 1, reserved: 4 });
  });
});

describe("releaseForCaller", () => {
  test("returns the pieces once, however often it is called", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    await reserveForCaller(world.db, callersReservation("7"), one("burger"));

    await Promise.all(Array.from({ length: 10 }, () => releaseForCaller(world.db, "rpc/7")));

    expect(await world.stock("burger")).toMatchObject({ available: 5, reserved: 0 });
    expect(await findReservation(world.db, "rpc/7")).toMatchObject({ state: "RELEASED" });
    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test.each(["order/1", "rpc/9", "nonsense", ""])(
    "knows no caller's reservation %p",
    async (id) => {
      await using world = await inventoryWorld({ burger: 5 });
      await world.order(1n, { burger: 1 });

      await expect(releaseForCaller(world.db, id)).rejects.toMatchObject({
        kind: "not_found",
        message: "not found",
      });
      expect(await world.stock("burger")).toMatchObject({ reserved: 1 });
    },
  );

  test("is final: the key reserves no second time", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    const key = callersReservation("7");
    await reserveForCaller(world.db, key, one("burger"));
    await releaseForCaller(world.db, "rpc/7");

    await expect(reserveForCaller(world.db, key, one("burger"))).rejects.toMatchObject({
      kind: "conflict",
      message: "reservation was released",
    });
    expect(await world.stock("burger")).toMatchObject({ available: 5 });
  });
});
