import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemRandom } from "../random.ts";
import { afterFailure, attemptsWithBroker, defaultRetryPolicy, retryDelayMs } from "./retry.ts";

const chance = (fraction: number) => ({ ...systemRandom, fraction: () => fraction });
const luckiest = chance(0);
const unluckiest = chance(0.999_999);

describe("retryDelayMs", () => {
  test("grows fourfold from the base, jittered down to a half", () => {
    const policy = { ...defaultRetryPolicy, baseMs: 250, delayMaxMs: 60_000 };

    expect([1, 2, 3, 4].map((attempts) => retryDelayMs(attempts, policy, luckiest))).toEqual([
      125, 500, 2_000, 8_000,
    ]);
    expect(Math.round(retryDelayMs(1, policy, unluckiest))).toBe(250);
  });

  test("is positive and never above its limit, however many attempts there were", () => {
    const limits = fc.record({
      attempts: fc.integer({ min: 1, max: 1_000_000 }),
      baseMs: fc.integer({ min: 1, max: 10_000 }),
      delayMaxMs: fc.integer({ min: 1, max: 3_600_000 }),
      fraction: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(limits, ({ attempts, baseMs, delayMaxMs, fraction }) => {
        const policy = { attemptsMax: 5, baseMs, delayMaxMs };

        const delayMs = retryDelayMs(attempts, policy, chance(fraction));

        expect(delayMs).toBeGreaterThan(0);
        expect(delayMs).toBeLessThanOrEqual(delayMaxMs);
        // Growing fourfold and jittered by half, the worst luck now is better than the best later.
        if (baseMs * 4 ** attempts <= delayMaxMs) {
          expect(delayMs).toBeLessThan(retryDelayMs(attempts + 1, policy, luckiest));
        }
      }),
    );
  });
});

describe("afterFailure", () => {
  const fates = (order: "key" | "latest", attemptsMax: number) =>
    [1, 2, 3, 4, 5, 6].map((attempts) =>
      afterFailure(attempts, order, { ...defaultRetryPolicy, attemptsMax }),
    );

  test("keeps a keyed message with the broker twice, then in the database, then sets it aside", () => {
    expect(attemptsWithBroker).toBe(3);
    expect(fates("key", 5)).toEqual(["again", "again", "park", "park", "dead", "dead"]);
  });

  test("never parks where there are no lanes", () => {
    expect(fates("latest", 5)).toEqual(["again", "again", "again", "again", "dead", "dead"]);
  });

  test("sets aside at once where only that many attempts are allowed", () => {
    expect(fates("key", 1)[0]).toBe("dead");
    expect(fates("key", 3).slice(0, 3)).toEqual(["again", "again", "dead"]);
  });
});
