import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type postgres from "postgres";
import { ownPostgres } from "./own-postgres.ts";
import { qbOn } from "./qb.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";
import { waitsFor, why } from "./why.ts";

setDefaultTimeout(120_000);

const pizza = { userId: "ann", sku: "pizza", quantity: 1 };
/** Tried at once, soon, soon again, and after four seconds or more: then it is a dead letter. */
const impatient = { RETRY_BASE: "500ms", ATTEMPTS_MAX: "4" };

/** From now on every handler that changes a row of this table fails. */
async function breakTable(sql: postgres.Sql, table: "orders" | "reservations"): Promise<void> {
  await sql.unsafe(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'the oven is cold'; end $$;
    create trigger refuse before ${table === "orders" ? "update" : "insert or update"} on ${table}
      for each row execute function refuse()`);
}

/** Waits until an order is said to wait for a dead letter. Its last attempt is put off no longer. */
const waitsForLetter = (
  world: QuickBite,
  id: number,
  { service, ...expected }: Readonly<Record<string, unknown>> & { service: "orders" | "inventory" },
) =>
  eventually(
    async () => {
      await world.sql[service]`update parked set retry_at = now()`;
      const view = await why(world, id);
      expect(view.waitsFor).toMatchObject({ ...expected, service, part: "dead_letter" });
      return view;
    },
    { deadlineMs: 30_000, everyMs: 100 },
  );

const mendTable = (sql: postgres.Sql) => sql.unsafe("drop function refuse() cascade");

describe("an order waits", () => {
  test("for inventory's next attempt, and then for its dead letter to be redriven", async () => {
    await using world = await openQuickBite({ inventorySettings: impatient });
    await breakTable(world.sql.inventory, "reservations");
    const id = await world.accepted(pizza);

    const trouble = {
      service: "inventory" as const,
      error: expect.stringContaining("the oven is cold"),
    };
    await waitsFor(world, id, {
      ...trouble,
      part: "retry",
      attempts: 3,
      retryAt: expect.any(String),
    });
    const { waitsFor: dead } = await waitsForLetter(world, id, {
      ...trouble,
      attempts: 4,
      deadLetterId: 1,
      next: "qb dlq redrive inventory/1",
    });
    expect(dead?.text).toStartWith("order_created v1 is a dead letter of inventory-service");
    const told = await qbOn(world)("order", "why", String(id));
    expect(told.out).toContain("Try next: qb dlq redrive inventory/1");

    const cancelled = await world.accepted(pizza);
    await waitsForLetter(world, cancelled, { service: "inventory", deadLetterId: 2 });
    await world.call("POST", `/v1/orders/${cancelled}/cancel`, { body: {} });
    await waitsFor(world, cancelled, {
      service: "inventory",
      part: "lane",
      text: expect.stringContaining(
        "is parked by inventory-service behind the dead letter inventory/2",
      ),
      next: "qb dlq redrive inventory/2",
    });

    await mendTable(world.sql.inventory);
    expect((await qbOn(world)("dlq", "redrive", "inventory/1")).code).toBe(0);
    expect((await qbOn(world)("dlq", "redrive", "inventory/2")).code).toBe(0);
    expect(await world.decided(id)).toMatchObject({ status: "CONFIRMED" });
    await waitsFor(world, id, null);
    await waitsFor(world, cancelled, null);
  });

  test("for its own service's next attempt, and for the dead letter there", async () => {
    await using world = await openQuickBite({ ordersSettings: impatient });
    await breakTable(world.sql.orders, "orders");
    const stuck = await world.accepted(pizza);

    const trouble = {
      service: "orders" as const,
      error: expect.stringContaining("the oven is cold"),
    };
    await waitsFor(world, stuck, { ...trouble, part: "retry" });
    await waitsForLetter(world, stuck, {
      ...trouble,
      next: "qb dlq redrive orders/1",
      message: { type: "inventory.v1.inventory_reserved", key: `reservation/${stuck}` },
    });

    await mendTable(world.sql.orders);
    expect((await qbOn(world)("dlq", "redrive", "orders/1")).code).toBe(0);
    expect(await world.decided(stuck)).toMatchObject({ status: "CONFIRMED" });
  });

  test("for inventory's database, frozen or stopped", async () => {
    await using own = await ownPostgres();
    await using orders = await temporaryDatabase("orders");
    const databases = { orders: orders.url, inventory: own.databases.inventory };
    await using world = await openQuickBite({ databases });
    await world.decided(await world.accepted(pizza));

    own.server.pause();
    const frozen = await world.accepted(pizza);
    const away = { service: "inventory", part: "database" };
    await waitsFor(world, frozen, away);
    own.server.resume();
    await world.decided(frozen, { deadlineMs: 30_000 });

    await own.server.stop();
    const stopped = await world.accepted(pizza);
    const { sentence } = await waitsFor(world, stopped, away);
    expect(sentence).toContain("the database of inventory does not answer (it is away)");
    await own.server.restart();
    await world.decided(stopped, { deadlineMs: 30_000 });
  });
});

describe("an order that nobody decided", () => {
  test("says that it timed out, and whose word is missing", async () => {
    await using world = await openQuickBite({
      ordersSettings: { ORDER_DEADLINE: "4s", INVENTORY_URL: "" },
    });
    await world.inventory[0].process.stop();
    const id = await world.accepted(pizza);
    await waitsFor(world, id, {
      service: "inventory",
      part: "service",
      text: expect.stringContaining("nobody said where it is"),
    });

    const timedOut = await world.decided(id, { deadlineMs: 30_000 });
    expect(timedOut.status).toBe("CANCELLED");
    const { ended, sentence, silent } = await waitsFor(world, id, { part: "service" });

    expect(ended).toMatchObject({ how: "timed_out", reason: "timed out" });
    expect(sentence).toContain("it was not decided within its deadline (timed out)");
    expect(silent).toMatchObject([{ service: "inventory", part: "service" }]);
  });
});

describe("why an order waits", () => {
  test("is told to operators alone", async () => {
    await using world = await openQuickBite({ ordersSettings: { AUTH: "required" } });

    expect((await world.call("GET", "/v1/orders/1/why")).status).toBe(401);
  });
});
