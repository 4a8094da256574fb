import { expect, test } from "bun:test";
import { searchTarget } from "./search-target.ts";

const id = "0199c1de-6b40-7c11-9d02-3f6a7e21b871";

test.each([
  ["17", "order/17"],
  ["#17", "order/17"],
  [" order 17 ", "order/17"],
  ["Orders/17", "order/17"],
  [`booking ${id}`, `booking/${id}`],
  [id.toUpperCase(), id],
  ["user:ada", "user/ada"],
  ["ada@example.com", "ada@example.com"],
])("%s is followed as %s", (typed, of) => {
  expect(searchTarget(typed)).toEqual({ to: "/console/follow", search: { of } });
});

test("a service and a number name a dead letter", () => {
  expect(searchTarget("inventory/3")).toEqual({
    to: "/console/dead-letters",
    search: { letter: "inventory/3" },
  });
});

test("a blank leads nowhere", () => {
  expect(searchTarget("  ")).toBeUndefined();
});
