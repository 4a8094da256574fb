import { describe, expect, test } from "bun:test";
import { deleteItem, describeItem, newItem, restockItem } from "./item.ts";
import { moveStock, reserving, returning } from "./stock.ts";

const burger = newItem({
  sku: "burger",
  name: "Burger",
  description: "with cheese",
  photoUrl: null,
  priceCents: 890,
  initial: 5,
});

describe("an item", () => {
  test("is described anew where something is said, and keeps its stock", () => {
    expect(describeItem(burger, { priceCents: 990, description: null })).toEqual({
      ...burger,
      priceCents: 990,
      description: null,
      version: 2,
    });
  });

  test("is restocked on the shelf that can be sold from", () => {
    expect(restockItem(burger, 3)).toMatchObject({
      stock: { initial: 5, restocked: 3, available: 8 },
      version: 2,
    });
  });

  test("cannot be deleted while pieces of it are set aside", () => {
    const reserved = { ...burger, stock: moveStock(burger.stock, reserving, 2) };
    const returned = { ...reserved, stock: moveStock(reserved.stock, returning, 2) };

    expect(() => deleteItem(reserved)).toThrow("item is reserved");
    expect(deleteItem(returned)).toMatchObject({ deleted: true, version: 2 });
  });
});
