import { describe, expect, test } from "bun:test";
import { filtersOf, readFilters, writeFilters } from "./filters.ts";

describe("filters in an address", () => {
  test("stay readable", () => {
    expect(writeFilters({ of: "order/17", at: "12:04", note: "a b&c" })).toBe(
      "?of=order/17&at=12:04&note=a+b%26c",
    );
  });

  test("are read as they were written", () => {
    const filters = { of: "order/17", note: "50% & more+", run: "inventory/3" };

    expect(readFilters(writeFilters(filters))).toEqual(filters);
  });

  test("leave out what says nothing", () => {
    expect(writeFilters({ of: "", by: undefined })).toBe("");
    expect(readFilters("?of=&by=me")).toEqual({ by: "me" });
    expect(filtersOf({ limit: 5, of: null })).toEqual({ limit: "5" });
  });
});
