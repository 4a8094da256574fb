import { describe, expect, test } from "bun:test";
import { emptyResult } from "./campaign.ts";
import { boundariesSeen, page, withRecord } from "./record.ts";

describe("the record of a run", () => {
  test("takes its place on the page and leaves the rest as it is", async () => {
    const text = await Bun.file(page).text();
    const result = { ...emptyResult(), histories: 7 };
    result.coverage.add("fault", "crash", 3);

    const written = withRecord(text, result);

    expect(written).toContain("The last recorded run: 7 histories");
    expect(withRecord(written, result)).toBe(written);
    expect(written).toContain("## Planted bugs");
  });

  test("is refused by a page without a place for it", () => {
    expect(() => withRecord("# Page", emptyResult())).toThrow("lacks");
  });
});

describe("the record of await boundaries", () => {
  test("has those that not every history crosses", () => {
    const result = { ...emptyResult(), histories: 100 };
    result.coverage.add("crossed boundary", "orders before commit", 100);
    result.coverage.add("crossed boundary", "orders before nak", 3);

    expect(boundariesSeen(result)).toEqual({
      histories: 100,
      crossedIn: { "orders before nak": 3 },
    });
  });
});
