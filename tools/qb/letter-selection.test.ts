import { describe, expect, test } from "bun:test";
import { requireOneWay } from "./letter-selection.ts";

describe("a selection of dead letters", () => {
  test.each([
    [["inventory/3", "inventory/4"], {}],
    [[], { group: "0123456789ab" }],
    [[], { all: true, consumer: "inventory-service" }],
    [[], { key: "order/17", since: "2026-01-31T12:00:00Z" }],
  ])("is made in one way: %j %j", (ids, flags) => {
    expect(() => requireOneWay(ids, flags)).not.toThrow();
  });

  test.each([
    [[], { group: "0123456789ab", since: "2026-01-31T12:00:00Z" }],
    [[], { all: true, key: "order/17" }],
    [["inventory/3"], { all: true }],
    [["inventory/3"], { key: "order/17" }],
  ])("is refused in two, of which one would be ignored: %j %j", (ids, flags) => {
    expect(() => requireOneWay(ids, flags)).toThrow("say which letters in one way: ids, --group");
  });

  test.each([
    [["inventory/3"], { consumer: "orders-service" }],
    [[], { group: "0123456789ab", consumer: "orders-service" }],
  ])("is refused with a consumer that would be ignored: %j %j", (ids, flags) => {
    expect(() => requireOneWay(ids, flags)).toThrow("--consumer goes with --all or conditions");
  });

  test("is refused in none", () => {
    expect(() => requireOneWay([], { consumer: "orders-service" })).toThrow(
      "say which letters: ids",
    );
  });
});
