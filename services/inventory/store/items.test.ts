import { describe, expect, test } from "bun:test";
import { deleteItem, restockItem } from "../domain/item.ts";
import { inventoryWorld, item } from "../testing/world.ts";
import { addItem, changeItem, findItem, findItems, listItems } from "./items.ts";
import { seedItems } from "./seed.ts";

describe("the menu", () => {
  test("keeps an item as it was given", async () => {
    await using world = await inventoryWorld({});
    const soup = item({ sku: "soup", description: "hot", photoUrl: "/soup.png", initial: 3 });

    await addItem(world.db, soup);

    expect(await findItem(world.db, "soup")).toEqual(soup);
  });

  test("never gives an sku out again, a deleted one neither", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    const again = () => addItem(world.db, item({ sku: "burger" }));
    const exists = { kind: "conflict", reason: "item_exists", message: "item exists already" };

    await expect(again()).rejects.toMatchObject(exists);
    await changeItem(world.db, "burger", deleteItem);

    await expect(again()).rejects.toMatchObject(exists);
    expect(await world.stock("burger")).toMatchObject({ initial: 5 });
  });

  test("does not know what was deleted, but tells its watchers", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    const notFound = { kind: "not_found", message: "not found" };

    await changeItem(world.db, "burger", deleteItem);

    await expect(findItem(world.db, "burger")).rejects.toMatchObject(notFound);
    await expect(changeItem(world.db, "burger", deleteItem)).rejects.toMatchObject(notFound);
    expect(await listItems(world.db, { after: undefined, limit: 10 })).toMatchObject([
      { sku: "pizza" },
    ]);
    const seen = await findItems(world.db, ["burger", "pizza", "nothing"]);
    expect([...seen].map(([sku, { deleted }]) => [sku, deleted]).sort()).toEqual([
      ["burger", true],
      ["pizza", false],
    ]);
  });

  test("keeps an item whose pieces are set aside, one of several lines too", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    await world.order(1n, { burger: 1, pizza: 1 });

    await expect(changeItem(world.db, "pizza", deleteItem)).rejects.toMatchObject({
      kind: "conflict",
      message: "item is reserved",
    });
    expect(await findItem(world.db, "pizza")).toMatchObject({ deleted: false });
  });

  test("loses no change when many come at once", async () => {
    await using world = await inventoryWorld({ burger: 0 });

    await Promise.all(
      Array.from({ length: 40 }, () =>
        changeItem(world.db, "burger", (burger) => restockItem(burger, 2)),
      ),
    );

    expect(await findItem(world.db, "burger")).toMatchObject({
      stock: { restocked: 80, available: 80 },
      version: 41,
    });
  });

  test("is listed by sku, page by page, whatever the skus are", async () => {
    const skus = ["a", "A", "ä", "b c", "日本", "~"];
    await using world = await inventoryWorld(Object.fromEntries(skus.map((sku) => [sku, 1])));

    const seen: string[] = [];
    for (let page = 0; page < 10; page++) {
      const found = await listItems(world.db, { after: seen.at(-1), limit: 2 });
      if (found.length === 0) break;
      seen.push(...found.map(({ sku }) => sku));
    }

    expect(seen.toSorted()).toEqual(skus.toSorted());
  });
});

describe("seedItems", () => {
  test("fills a new database, also when several start at once", async () => {
    await using world = await inventoryWorld({});

    await Promise.all([seedItems(world.db), seedItems(world.db), seedItems(world.db)]);

    expect(await world.stock("burger")).toMatchObject({ initial: 5, available: 5 });
    expect(await world.stock("pizza")).toMatchObject({ initial: 10, available: 10 });
  });

  test("brings nothing back that was sold or deleted", async () => {
    await using world = await inventoryWorld({});
    await seedItems(world.db);
    await world.order(1n, { burger: 5 });
    await changeItem(world.db, "pizza", deleteItem);

    await seedItems(world.db);

    expect(await world.stock("burger")).toMatchObject({ available: 0 });
    expect(await listItems(world.db, { after: undefined, limit: 10 })).toMatchObject([
      { sku: "burger" },
    ]);
  });
});
