import { describe, expect, test } from "bun:test";
import { row } from "@app/platform/messaging/handler.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { callersReservation, orderReservation } from "../domain/reservation.ts";
import { reserveStock } from "../domain/reserve-stock.ts";
import { consumeReservation } from "../domain/settle-reservation.ts";
import { inventoryWorld, linesOf } from "../testing/world.ts";
import { reserveForCaller } from "./reserve-for-caller.ts";
import { inventoryUnit } from "./unit.ts";

/** A pool that writes down what it sends, but for the limits of transactions. */
function listening(url: string) {
  const sent: string[] = [];
  const db = openPool({
    url,
    connectionsMax: 1,
    name: "listening",
    // As the consumer's own pool.
    wholeScans: false,
    onStatement: (text) => /^\s*(with|select|insert|update)\b/i.test(text) && sent.push(text),
  });
  return { db, sent, [Symbol.asyncDispose]: () => db.close(1_000) };
}

/** Reserves orders of these lines in one batch, as the consumer does. */
function reserveAll(
  db: Pool,
  firstId: bigint,
  orders: readonly Readonly<Record<string, number>>[],
) {
  const batch = orders.map((lines, at) => ({
    key: orderReservation(firstId + BigInt(at)),
    lines: linesOf(lines),
  }));
  return db.transaction(async (tx) => {
    const { stores, lock } = inventoryUnit(tx);
    await lock(
      batch.flatMap(({ key, lines }) => [
        row("reservations", `order/${key.ref}`),
        ...lines.map(({ sku }) => row("items", sku)),
      ]),
    );
    for (const { key, lines } of batch)
      stores.reservations.change(key, (seen) => reserveStock(seen, lines));
  });
}

describe("round trips", () => {
  test("a batch is two locks and one statement, whatever its orders and lines", async () => {
    await using world = await inventoryWorld({ burger: 9, pizza: 9, soup: 9 });
    await using pool = listening(world.url);
    await reserveAll(pool.db, 1n, [{ burger: 1 }]);
    pool.sent.length = 0;

    await reserveAll(pool.db, 10n, [
      { burger: 1 },
      { soup: 1, pizza: 2, burger: 1 },
      { burger: 99 },
    ]);

    expect(pool.sent.map((text) => /for update/.test(text))).toEqual([true, true, false]);
  });

  test("statements keep few shapes, so that each is prepared once", async () => {
    await using world = await inventoryWorld({ burger: 99, pizza: 99, soup: 99 });
    await using pool = listening(world.url);

    await reserveAll(pool.db, 1n, [{ burger: 1 }, { burger: 1, pizza: 1 }]);
    const shapes = new Set(pool.sent);
    await reserveAll(pool.db, 10n, [{ soup: 2 }, { soup: 1, pizza: 1, burger: 2 }, { pizza: 1 }]);

    expect(new Set(pool.sent)).toEqual(shapes);
  });

  test("a batch is planned once, however many its orders are", async () => {
    await using world = await inventoryWorld({ burger: 999 });
    await using pool = listening(world.url);

    // A plan is compared with those made before, perhaps for a smaller table.
    await reserveAll(world.db, 1_000n, Array(200).fill({ burger: 1 }));
    await world.db.q.execute(sql`vacuum analyze items, reservations`);

    for (const batch of Array.from({ length: 20 }, (_, at) => at))
      await reserveAll(pool.db, BigInt(batch * 10), Array(1 + (batch % 3)).fill({ burger: 1 }));

    const plans = await pool.db.q.execute<{ readonly often: boolean }>(sql`
      select custom_plans >= generic_plans as often from pg_prepared_statements
      where statement like '%reservations%'`);
    expect(plans.map(({ often }) => often)).toEqual([false, false, false]);
  });

  test("a batch is planned once on tables of which nothing is known yet, too", async () => {
    await using world = await inventoryWorld({ burger: 999 });
    await using pool = listening(world.url);

    for (const batch of Array.from({ length: 20 }, (_, at) => at))
      await reserveAll(pool.db, BigInt(batch), [{ burger: 1 }]);

    const plans = await pool.db.q.execute<{ readonly often: boolean }>(sql`
      select custom_plans >= generic_plans as often from pg_prepared_statements
      where statement like '%reservations%'`);
    expect(plans.map(({ often }) => often)).toEqual([false, false, false]);
  });

  test("settling is one statement", async () => {
    await using world = await inventoryWorld({ burger: 9 });
    await using pool = listening(world.url);
    await reserveAll(pool.db, 1n, [{ burger: 1 }]);
    pool.sent.length = 0;

    await pool.db.transaction(async (tx) => {
      const { stores, lock } = inventoryUnit(tx);
      await lock([row("reservations", "order/1")]);
      stores.reservations.change(orderReservation(1n), consumeReservation);
    });

    expect(pool.sent).toHaveLength(3);
  });

  test("ReserveStock is one statement", async () => {
    await using world = await inventoryWorld({ burger: 9 });
    await using pool = listening(world.url);
    await reserveForCaller(pool.db, callersReservation("1"), { sku: "burger", quantity: 1 });
    pool.sent.length = 0;

    await reserveForCaller(pool.db, callersReservation("2"), { sku: "burger", quantity: 1 });

    expect(pool.sent).toHaveLength(1);
  });
});
