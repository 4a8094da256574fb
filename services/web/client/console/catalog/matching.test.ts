import { describe, expect, test } from "bun:test";
import { catalog } from "@app/contracts/catalog.ts";
import { byOwner, matching } from "./matching.ts";

const names = (text: string) => matching(catalog, text).map(({ name }) => name);

describe("the catalog", () => {
  test("is searched by name, type, owner and field", () => {
    expect(names("OrderCre")).toEqual(["OrderCreated"]);
    expect(names("users.v1")).toEqual(["UserRegistered", "UserDeleted"]);
    expect(names("bookedEventId")).toContain("EventBooked");
    expect(names("nothing like it")).toEqual([]);
    expect(names(" ")).toHaveLength(catalog.length);
  });

  test("is grouped by who sends", () => {
    expect(byOwner(catalog).map(([owner]) => owner)).toEqual([
      "orders",
      "inventory",
      "events",
      "bookings",
      "reviews",
      "users",
      "platform",
    ]);
  });
});
