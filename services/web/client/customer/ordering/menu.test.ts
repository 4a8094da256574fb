import { describe, expect, test } from "bun:test";
import { availabilityOf, matches } from "./menu.ts";

describe("a search of the menu", () => {
  const ramen = { name: "Shoyu ramen", description: "Chicken broth, a soft egg, crème." };

  test.each(["", "ramen", "RAM", "chick egg", "creme", "  soft, egg "])("finds by %p", (search) => {
    expect(matches(ramen, search)).toBe(true);
  });

  test.each(["pizza", "ramen pizza", "amen"])("does not find by %p", (search) => {
    expect(matches(ramen, search)).toBe(false);
  });
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
