import { describe, expect, test } from "bun:test";
import {
  OrderCancelledSchema,
  OrderConfirmedSchema,
  OrderCreatedSchema,
} from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { ItemRatedSchema } from "@app/contracts/gen/reviews/v1/review_messages_pb.ts";
import type { Handler, MessageContext } from "@app/platform/messaging/handler.ts";
import { create } from "@bufbuild/protobuf";
import { storedRatings } from "../store/item-ratings.ts";
import { type InventoryStores, inventoryUnit } from "../store/unit.ts";
import { served } from "../testing/served.ts";
import { inventoryWorld, type World } from "../testing/world.ts";
import { onItemRated } from "./on-item-rated.ts";
import { onOrderCancelled } from "./on-order-cancelled.ts";
import { onOrderConfirmed } from "./on-order-confirmed.ts";
import { onOrderCreated } from "./on-order-created.ts";

const created = (orderId: bigint, lines: Readonly<Record<string, number>>) => {
  const items = Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity }));
  return [onOrderCreated, create(OrderCreatedSchema, { orderId, items })] as const;
};
const confirmed = (orderId: bigint) =>
  [onOrderConfirmed, create(OrderConfirmedSchema, { orderId })] as const;
const cancelled = (orderId: bigint) =>
  [onOrderCancelled, create(OrderCancelledSchema, { orderId, reason: "no" })] as const;

/** As the core does it: one transaction, the rows of all messages locked, then one by one. */
function consume(world: World, messages: readonly (readonly [Handler<InventoryStores>, object])[]) {
  return world.db.transaction(async (tx) => {
    const unit = inventoryUnit(tx);
    await unit.lock(messages.flatMap(([handler, message]) => handler.rows([message])));
    for (const [handler, message] of messages)
      await handler.handle(unit.stores, message, {} as MessageContext);
  });
}

describe("the messages of an order", () => {
  test("name every row that they will change", () => {
    const [handler, message] = created(1n, { pizza: 1, burger: 2 });

    expect(handler.rows([message, confirmed(2n)[1]].slice(0, 1))).toEqual([
      { table: "items", key: "pizza" },
      { table: "items", key: "burger" },
      { table: "reservations", key: "order/1" },
    ]);
    for (const [settling, news] of [confirmed(1n), cancelled(1n)])
      expect(settling.rows([news])).toEqual([{ table: "reservations", key: "order/1" }]);
  });

  test("are named after their contracts", () => {
    expect([onOrderCreated, onOrderConfirmed, onOrderCancelled].map(({ type }) => type)).toEqual([
      "orders.v1.order_created",
      "orders.v1.order_confirmed",
      "orders.v1.order_cancelled",
    ]);
  });

  test("may all be in one batch", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });

    await consume(world, [
      created(1n, { burger: 2, pizza: 1 }),
      created(2n, { burger: 1 }),
      created(3n, { burger: 9, pizza: 9 }),
      confirmed(1n),
      cancelled(2n),
      cancelled(3n),
    ]);

    expect(await world.stock("burger")).toMatchObject({ available: 3, reserved: 0, consumed: 2 });
    expect(await world.stock("pizza")).toMatchObject({ available: 4, reserved: 0, consumed: 1 });
    expect((await world.announced()).map(({ subject }) => subject)).toEqual([
      "inventory.v1.inventory_reserved.1",
      "inventory.v1.inventory_reserved.2",
      "inventory.v1.inventory_rejected.3",
    ]);
  });

  test("settle in a batch of their own what an earlier one reserved", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    await consume(world, [created(1n, { burger: 2, pizza: 1 })]);

    await consume(world, [created(2n, { pizza: 1 }), confirmed(1n)]);
    await consume(world, [cancelled(1n)]);

    expect(await world.stock("burger")).toMatchObject({ available: 5, reserved: 0, consumed: 0 });
    expect(await world.stock("pizza")).toMatchObject({ available: 4, reserved: 1, consumed: 0 });
  });

  test("absorb news of an order that nobody knows", async () => {
    await using world = await inventoryWorld({ burger: 5 });

    await consume(world, [confirmed(1n), cancelled(2n), created(2n, { burger: 1 })]);

    expect(await world.stock("burger")).toMatchObject({ available: 5 });
    expect(await world.announced()).toEqual([]);
  });
});

describe("the messages of reviews", () => {
  test("show stars on the menu, the newest version's whatever comes last", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    using service = served(world.db);
    const rate = (version: number, reviews: bigint, stars: bigint) =>
      world.db.transaction(async (tx) => {
        const message = create(ItemRatedSchema, { sku: "burger", rating: { reviews, stars } });
        const context = { key: "item_rating/b", version } as MessageContext;
        const unit = inventoryUnit(tx);
        await unit.lock(onItemRated.rows([message]));
        await onItemRated.handle(unit.stores, message, context);
      });

    await rate(2, 2n, 9n);
    await rate(3, 3n, 13n);
    await rate(1, 1n, 5n);

    const menu = (await service.call("GET", "/v1/items")).body.items;
    const [burger, pizza] = menu;
    expect(burger).toMatchObject({ sku: "burger", rating: 4.33, reviews: 3 });
    expect(pizza).not.toHaveProperty("rating");
    expect((await service.call("GET", "/v1/items/burger")).body).toEqual(burger);
    expect((await service.call("PATCH", "/v1/items/burger", { priceCents: 7 })).body).toEqual({
      ...burger,
      priceCents: 7,
    });
    expect((await service.rpc.listItems({})).items).toMatchObject([
      { rating: 4.33, reviews: 3n },
      { rating: 0, reviews: 0n },
    ]);
    const stored = await storedRatings(world.db, ["item_rating/b", "item_rating/c"]);
    expect([...stored]).toEqual([["item_rating/b", 3]]);
  });
});
