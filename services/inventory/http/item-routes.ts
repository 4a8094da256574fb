import type { Database } from "@app/platform/postgres.ts";
import { Elysia } from "elysia";
import { z } from "zod";
import { deleteItem, describeItem, type Item, newItem, restockItem } from "../domain/item.ts";
import { findRatings } from "../store/item-ratings.ts";
import { addItem, changeItem, findItem } from "../store/items.ts";
import { menuPage } from "../store/menu.ts";
import type { ItemListener } from "../store/unit.ts";
import { AddItemBody, ChangeItemBody, ReplaceItemBody, RestockBody } from "./item-bodies.ts";
import { ItemView, MenuView, viewOf } from "./item-view.ts";
import { MenuQuery, readMenuQuery } from "./menu-query.ts";

export interface ItemRoutesSettings {
  readonly db: Database;
  readonly itemChanged: ItemListener;
}

const params = z.object({ sku: z.string() });

/** The menu; each route parses, calls one store function and presents. */
export const itemRoutes = ({ db, itemChanged }: ItemRoutesSettings) => {
  const rated = async (item: Item) =>
    viewOf(item, (await findRatings(db, [item.sku])).get(item.sku));
  const change = async (sku: string, decide: (item: Item) => Item) => {
    const item = await changeItem(db, sku, decide);
    itemChanged(sku, item);
    return rated(item);
  };

  return new Elysia({ prefix: "/v1/items" })
    .get(
      "/",
      async ({ query }) => {
        const { items, nextCursor = null } = await menuPage(db, readMenuQuery(query));
        const skus = items.map(({ sku }) => sku);
        const ratings = await findRatings(db, skus);
        return { items: items.map((item) => viewOf(item, ratings.get(item.sku))), nextCursor };
      },
      { query: MenuQuery, response: MenuView },
    )
    .get("/:sku", async ({ params: { sku } }) => rated(await findItem(db, sku)), {
      params,
      response: ItemView,
    })
    .post(
      "/",
      async ({ body: { available, ...described }, set, status }) => {
        const item = newItem({ ...described, initial: available });
        await addItem(db, item);
        itemChanged(item.sku, item);
        set.headers.location = `/v1/items/${encodeURIComponent(item.sku)}`;
        return status(201, viewOf(item));
      },
      { body: AddItemBody, response: { 201: ItemView } },
    )
    .put(
      "/:sku",
      ({ params: { sku }, body: { available: _, ...described } }) =>
        change(sku, (item) => describeItem(item, described)),
      { params, body: ReplaceItemBody, response: ItemView },
    )
    .patch(
      "/:sku",
      ({ params: { sku }, body: { available: _, ...described } }) =>
        change(sku, (item) => describeItem(item, described)),
      { params, body: ChangeItemBody, response: ItemView },
    )
    .delete(
      "/:sku",
      async ({ params: { sku }, status }) => {
        await change(sku, deleteItem);
        return status(204, undefined);
      },
      { params },
    )
    .post(
      "/:sku/restock",
      ({ params: { sku }, body: { quantity } }) =>
        change(sku, (item) => restockItem(item, quantity)),
      { params, body: RestockBody, response: ItemView },
    );
};
