import { describe, expect, test } from "bun:test";
import { openLoop } from "./open-loop.ts";

describe("openLoop", () => {
  test("begins all work at an even rate of intended times, never before them", async () => {
    const intended: number[] = [];
    const early: number[] = [];

    await openLoop({
      perSecond: 1_000,
      count: 20,
      begin: async (number, intendedMs) => {
        intended[number] = intendedMs;
        if (performance.now() < intendedMs) early.push(number);
      },
    });

    const gaps = intended.slice(1).map((at, index) => at - (intended[index] ?? 0));
    expect(gaps).toHaveLength(19);
    for (const gap of gaps) expect(gap).toBeCloseTo(1, 6);
    expect(early).toEqual([]);
  });

  test("does not wait for one before it begins the next", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let begun = 0;

    await openLoop({
      perSecond: 1_000,
      count: 5,
      begin: async () => {
        begun += 1;
        if (begun === 5) resolve();
        await promise;
      },
    });

    expect(begun).toBe(5);
  });

  test("fails with what failed", async () => {
    const run = openLoop({
      perSecond: 1_000,
      count: 3,
      begin: async (number) => {
        if (number === 1) throw new Error("away");
      },
    });

    await expect(run).rejects.toThrow("away");
  });
});
