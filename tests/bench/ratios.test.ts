import { describe, expect, test } from "bun:test";
import { quantile, spreadOf } from "./ratios.ts";

describe("spreadOf", () => {
  test("gives the middle value of an odd number of them", () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  test("gives the mean of the two middle values of an even number of them", () => {
    expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10 });
  });

  test("has none of no values", () => {
    expect(() => spreadOf([])).toThrow("no values");
  });
});

describe("quantile", () => {
  test("gives the value that so many do not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect([0, 0.5, 0.99, 1].map((share) => quantile([...hundred], share))).toEqual([
      1, 50, 99, 100,
    ]);
  });

  test("sorts as numbers", () => {
    expect(quantile(new Float64Array([100, 9, 20]), 0.5)).toBe(20);
  });
});
