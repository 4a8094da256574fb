import { describe, expect, test } from "bun:test";
import { changeFilters, dayOf, isFiltered, readFilters, requestOf } from "./event-filters.ts";

const noon = new Date(2026, 10, 21, 12, 0, 0);
const seconds = (...at: [year: number, month: number, day: number]) =>
  BigInt(new Date(...at).getTime() / 1_000);

describe("readFilters", () => {
  test("takes what the address says", () => {
    const query = {
      search: " aida ",
      country: "Austria",
      from: "2026-11-21",
      to: "2026-11-30",
      available: true,
    };

    const filters = readFilters(query);

    expect(filters).toEqual({ ...query, search: "aida", available: true });
    expect(isFiltered(filters)).toBe(true);
  });

  test.each([
    ["blank text", { search: "  ", country: "" }],
    ["no day of the calendar", { from: "2026-02-30", to: "soon" }],
    ["another truth", { available: "yes" }],
    ["other types", { search: ["a"], country: {}, from: 7 }],
    ["names it does not know", { page: 3 }],
  ])("leaves out %s", (_what, query) => {
    expect(readFilters(query)).toEqual({});
  });

  test("leaves out a last day before the first", () => {
    expect(readFilters({ from: "2026-11-21", to: "2026-11-20" })).toEqual({ from: "2026-11-21" });
  });

  test("takes a number as the word that was typed, and no more than the contract does", () => {
    expect(readFilters({ search: 1984 })).toEqual({ search: "1984" });
    expect(readFilters({ search: "a".repeat(300) }).search).toHaveLength(200);
  });
});

describe("changeFilters", () => {
  test("changes one and leaves the rest, and takes away what is undefined", () => {
    const filters = readFilters({ search: "aida", country: "Austria" });

    expect(changeFilters(filters, { country: undefined })).toEqual({ search: "aida" });
    expect(changeFilters(filters, { available: true })).toEqual({ ...filters, available: true });
  });
});

describe("requestOf", () => {
  test("begins today where no first day is given", () => {
    expect(requestOf({}, noon)).toEqual({
      search: "",
      country: "",
      available: false,
      from: seconds(2026, 10, 21),
    });
  });

  test("includes the whole last day", () => {
    const { from, to } = requestOf({ from: "2026-12-01", to: "2026-12-31" }, noon);

    expect([from, to]).toEqual([seconds(2026, 11, 1), seconds(2027, 0, 1)]);
  });
});

test("dayOf is the reader's day, not that of UTC", () => {
  expect(dayOf(new Date(2026, 0, 5, 0, 0, 1))).toBe("2026-01-05");
  expect(dayOf(new Date(2026, 0, 5, 23, 59, 59))).toBe("2026-01-05");
});
