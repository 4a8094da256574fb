import { describe, expect, test } from "bun:test";
import { ItemSchema } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { create } from "@bufbuild/protobuf";
import { availabilityOf, matches, stockOf } from "./menu.ts";

describe("a search of the menu", () => {
  const ramen = { name: "Shoyu ramen", description: "Chicken broth, a soft egg, crème." };

  test.each(["", "ramen", "RAM", "chick egg", "creme", "  soft, egg "])("finds by %p", (search) => {
    expect(matches(ramen, search)).toBe(true);
  });

  test.each(["pizza", "ramen pizza", "amen"])("does not find by %p", (search) => {
    expect(matches(ramen, search)).toBe(false);
  });
});

test("a dish that is not followed is not sold out for it", () => {
  const items = ["soup", "cake"].map((sku) => create(ItemSchema, { sku, available: 7n }));

  expect([...stockOf(items, new Map([["soup", 0]]))]).toEqual([
    ["soup", 0],
    ["cake", 7],
  ]);
  expect([...stockOf(items)]).toEqual([
    ["soup", 7],
    ["cake", 7],
  ]);
});

test("few is said of five and fewer", () => {
  expect([6, 5, 1, 0, -1].map((left) => availabilityOf(left).kind)).toEqual([
    "plenty",
    "few",
    "few",
    "sold-out",
    "sold-out",
  ]);
});
