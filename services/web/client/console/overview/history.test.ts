import { describe, expect, test } from "bun:test";
import { historyMs, rateOf, type Sample, valuesOf, withSample } from "./history.ts";

const samples = (...values: readonly (number | undefined)[]): readonly Sample[] =>
  values.map((value, at) => ({ atMs: at * 2_000, numbers: { sent: value } }));

describe("rateOf", () => {
  test("is growth per second over the last while", () => {
    expect(rateOf(samples(0, 10, 30), "sent", 60_000)).toBe(7.5);
    expect(rateOf(samples(0, 10, 30), "sent", 2_000)).toBe(10);
  });

  test("is not known from one sample, or none", () => {
    expect(rateOf(samples(10), "sent", 60_000)).toBeUndefined();
    expect(rateOf([], "sent", 60_000)).toBeUndefined();
    expect(rateOf(samples(1, 2), "other", 60_000)).toBeUndefined();
  });

  test("leaps over moments at which nothing was known", () => {
    expect(rateOf(samples(0, undefined, 40), "sent", 60_000)).toBe(10);
  });

  test("counts a number that began anew from there", () => {
    expect(rateOf(samples(100, 104, 2, 6), "sent", 60_000)).toBe(2);
  });
});

describe("withSample", () => {
  test("forgets what is older than the charts look back", () => {
    const first = { atMs: 0, numbers: {} };
    const later = { atMs: historyMs + 1, numbers: {} };

    expect(withSample([first], later)).toEqual([later]);
  });

  test("takes a moment once", () => {
    const one = { atMs: 5, numbers: { sent: 1 } };

    expect(withSample([one], { atMs: 5, numbers: { sent: 1 } })).toEqual([one]);
  });

  test("keeps the values of one number in order", () => {
    expect(valuesOf(samples(3, undefined, 1), "sent")).toEqual([3, 1]);
  });
});
