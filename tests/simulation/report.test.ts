import { describe, expect, test } from "bun:test";
import { emptyResult } from "./campaign.ts";
import { groups, judgedFrom, reachedMin, reachedOf, shortfallOf } from "./report.ts";

/** A run that reached everything so often, but one await boundary. */
function runOf({
  histories,
  each,
  seldom,
}: {
  readonly histories: number;
  readonly each: number;
  readonly seldom: number;
}) {
  const result = { ...emptyResult(), histories };
  for (const group of groups)
    for (const { name } of reachedOf(result.coverage, group))
      result.coverage.add(group, name, each);
  result.coverage.add("crossed boundary", "orders before lunch", 1_000);
  result.coverage.add("await boundary", "orders before lunch", seldom);
  return result;
}

describe("what a run reached too seldom", () => {
  test("is named, and counts once there were enough histories", () => {
    const run = runOf({ histories: judgedFrom, each: reachedMin, seldom: reachedMin - 1 });

    expect(shortfallOf(run)).toEqual({
      counts: true,
      text: "not reached 100 times in 100000 histories:\n  crashes at an await boundary: orders before lunch, 99",
    });
  });

  test("is named by its pace in a shorter run, and does not count", () => {
    const run = runOf({ histories: judgedFrom / 10, each: reachedMin / 10, seldom: 9 });

    expect(shortfallOf(run)).toEqual({
      counts: false,
      text: "at this pace not reached 100 times in 100000 histories:\n  crashes at an await boundary: orders before lunch, 9",
    });
  });

  test("is not looked for in a run of a few histories", () => {
    expect(shortfallOf(runOf({ histories: 1_000, each: 0, seldom: 0 }))).toBeUndefined();
  });

  test("is nothing when all was reached", () => {
    const run = runOf({ histories: judgedFrom, each: reachedMin, seldom: reachedMin });

    expect(shortfallOf(run)).toBeUndefined();
  });

  test("includes a boundary that was crossed and where no process crashed", () => {
    const run = runOf({ histories: judgedFrom, each: reachedMin, seldom: 0 });

    expect(shortfallOf(run)?.text).toContain("orders before lunch, 0");
  });
});
