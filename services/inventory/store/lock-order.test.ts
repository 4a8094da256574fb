import { describe, expect, test } from "bun:test";
import { row } from "@app/platform/messaging/handler.ts";
import { type Database, openPool } from "@app/platform/postgres.ts";
import { restockItem } from "../domain/item.ts";
import { callersReservation, type Line, orderReservation } from "../domain/reservation.ts";
import { reserveStock } from "../domain/reserve-stock.ts";
import { consumeReservation, releaseReservation } from "../domain/settle-reservation.ts";
import { inventoryWorld, type World } from "../testing/world.ts";
import { stockDifferences } from "./conservation.ts";
import { changeItem } from "./items.ts";
import { releaseForCaller } from "./release-for-caller.ts";
import { reserveForCaller } from "./reserve-for-caller.ts";
import { inventoryUnit } from "./unit.ts";

const skus = Array.from({ length: 20 }, (_, at) => `sku-${at}`);
const writers = 6;
const batchesEach = 12;
const ordersPerBatch = 8;

describe("the order of locks", () => {
  test("lets shuffled batches and requests meet on the same skus without a deadlock", async () => {
    const menu = Object.fromEntries(skus.map((sku) => [sku, 60]));
    await using world = await inventoryWorld(menu);
    const db = openPool({ url: world.url, connectionsMax: writers * 3, name: "writers" });

    const work = Array.from({ length: writers }, (_, writer) => [
      consumer(db, writer),
      callers(db, writer),
      restocks(db, writer),
    ]);
    await Promise.all(work.flat());
    // A connection that ends has told the server's statistics all it knows.
    await db.close(1_000);

    expect(await deadlocks(world)).toBe(0);
    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test("finds the items of an order that is only named by its number", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    await world.order(1n, { pizza: 2, burger: 1 });

    await world.db.transaction(async (tx) => {
      await inventoryUnit(tx).lock([row("reservations", "order/1")]);
      const others = openPool({
        url: world.url,
        connectionsMax: 1,
        name: "other",
        lockTimeoutMs: 50,
      });
      const restock = (sku: string) => changeItem(others, sku, (item) => restockItem(item, 1));

      for (const sku of ["burger", "pizza"])
        await expect(restock(sku)).rejects.toMatchObject({ cause: { code: "55P03" } });
      await others.close(1_000);
    });
  });
});

/** Batches of new orders in any order of skus, mixed with the settling of those before. */
async function consumer(db: Database, writer: number): Promise<void> {
  for (let batch = 0; batch < batchesEach; batch++) {
    const idOf = (at: number) => BigInt((writer * batchesEach + batch) * ordersPerBatch + at + 1);
    const orders = Array.from({ length: ordersPerBatch }, (_, at) => ({
      key: orderReservation(idOf(at)),
      lines: someLines(),
    }));
    const settled =
      batch === 0 ? [] : orders.map((_, at) => orderReservation(idOf(at - ordersPerBatch)));

    await db.transaction(async (tx) => {
      const { stores, lock } = inventoryUnit(tx);
      await lock([
        ...settled.map(({ ref }) => row("reservations", `order/${ref}`)),
        ...orders.flatMap(({ key, lines }) => [
          row("reservations", `order/${key.ref}`),
          ...lines.map(({ sku }) => row("items", sku)),
        ]),
      ]);
      for (const { key, lines } of orders)
        stores.reservations.change(key, (seen) => reserveStock(seen, lines));
      for (const [at, key] of settled.entries())
        stores.reservations.change(key, at % 3 ? releaseReservation : consumeReservation);
    });
  }
}

async function callers(db: Database, writer: number): Promise<void> {
  for (let call = 0; call < batchesEach; call++) {
    const [line = { sku: "sku-0", quantity: 1 }] = someLines();
    const key = callersReservation(String((writer % 2) * 1_000 + call));
    const answer = reserveForCaller(db, key, { ...line, quantity: 1 });
    const [outcome] = await Promise.allSettled([answer]);
    if (outcome?.status === "fulfilled") await releaseForCaller(db, outcome.value.id);
    else expect(outcome?.reason).toHaveProperty("name", "Refusal");
  }
}

async function restocks(db: Database, writer: number): Promise<void> {
  for (const sku of shuffled(skus).slice(0, batchesEach))
    await changeItem(db, sku, (item) => restockItem(item, writer + 1));
}

function someLines(): readonly Line[] {
  const count = 1 + Math.floor(Math.random() * 5);
  return shuffled(skus)
    .slice(0, count)
    .map((sku) => ({ sku, quantity: 1 + Math.floor(Math.random() * 3) }));
}

const shuffled = <T>(values: readonly T[]): T[] =>
  values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

async function deadlocks({ db }: World): Promise<number> {
  const [row] = await db.q.execute<{ deadlocks: string }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  return Number(row?.deadlocks);
}
