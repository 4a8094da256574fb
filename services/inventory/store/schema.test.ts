import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { orderReservation } from "../domain/reservation.ts";
import { consumeReservation } from "../domain/settle-reservation.ts";
import { inventoryWorld, type World } from "../testing/world.ts";
import { stockDifferences } from "./conservation.ts";

describe("the schema", () => {
  // One world for all of them, because none of them changes it.
  let world: World;
  beforeAll(async () => {
    world = await inventoryWorld({ burger: 10 });
    await world.order(1n, { burger: 1 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.each([
    ["items_available_not_negative", "update items set available = -1, reserved = 11"],
    ["items_conserved", "update items set available = available + 1"],
    ["items_conserved", "update items set reserved = 0"],
    ["items_reserved_not_negative", "update items set reserved = -1, available = 11"],
    ["items_consumed_not_negative", "update items set consumed = -1, available = 10"],
    ["items_supply_not_negative", "update items set restocked = -1, available = 8"],
    ["items_deleted_holds_nothing", "update items set deleted_at = now()"],
    ["items_price_not_negative", "update items set price_cents = -1"],
    ["items_pkey", "insert into items (sku, name, price_cents) values ('burger', 'b', 1)"],
    ["items_sku_length", "insert into items (sku, name, price_cents) values ('', 'b', 1)"],
    ["reservations_pkey", "insert into reservations select * from reservations"],
    ["reservations_held_is_priced", "update reservations set price_cents = null"],
    ["reservations_held_is_priced", "update reservations set sku = null, quantity = null"],
    ["reservations_quantity_positive", "update reservations set quantity = 0"],
    ["reservations_rejected_has_reason", "update reservations set state = 'REJECTED'"],
    ["reservations_state_known", "update reservations set state = 'LOST'"],
    ["reservations_source_known", "update reservations set source = 'mail', id = 'mail/1'"],
    ["reservations_id_is_its_key", "update reservations set ref = '2'"],
  ])("%s refuses, by hand too: %s", async (constraint, statement) => {
    await expect(world.run(statement)).rejects.toMatchObject({
      cause: { constraint_name: constraint },
    });
    expect(await stockDifferences(world.db)).toEqual([]);
  });
});

describe("stockDifferences", () => {
  test("finds nothing wrong where nobody wrote by hand", async () => {
    await using world = await inventoryWorld({ burger: 10, pizza: 10, soup: 1 });
    await world.order(1n, { burger: 1 });
    await world.order(2n, { burger: 1, pizza: 2 });
    await world.change(orderReservation(2n), consumeReservation);
    await world.order(3n, { soup: 2 });

    expect(await stockDifferences(world.db)).toEqual([]);
  });

  test("names each sku whose stock and reservations disagree, and by how much", async () => {
    await using world = await inventoryWorld({ burger: 10, pizza: 10, soup: 10 });
    await world.order(1n, { burger: 1, pizza: 2 });
    await world.order(2n, { pizza: 1 });
    await world.change(orderReservation(1n), consumeReservation);

    await world.run("delete from reservations where id = 'order/1'");
    await world.run("update items set reserved = 4, available = 6 where sku = 'soup'");

    expect(await stockDifferences(world.db)).toEqual([
      { sku: "burger", unaccounted: 0, reserved: 0, consumed: 1 },
      { sku: "pizza", unaccounted: 0, reserved: 0, consumed: 2 },
      { sku: "soup", unaccounted: 0, reserved: 4, consumed: 0 },
    ]);
  });

  test("sees what the checks would have kept out", async () => {
    await using world = await inventoryWorld({ burger: 10 });

    await world.run("alter table items drop constraint items_conserved");
    await world.run("update items set available = 8");

    expect(await stockDifferences(world.db)).toEqual([
      { sku: "burger", unaccounted: 2, reserved: 0, consumed: 0 },
    ]);
  });
});
