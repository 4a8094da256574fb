import { describe, expect, test } from "bun:test";
import { Failure } from "@app/qb/failure.ts";
import type { SeedStep } from "@app/qb/seed.ts";
import { seedPatiently } from "./demo.ts";

const made: readonly SeedStep[] = [{ what: "dish", outcome: "made" }];

/** Fails so often, and then it is done. */
function seedThatFails(times: number, error: Error) {
  let tries = 0;
  return {
    seed: async () => {
      tries += 1;
      if (tries <= times) throw error;
      return made;
    },
    tries: () => tries,
  };
}

describe("the demo's data", () => {
  test("is tried again while a service refuses or is away", async () => {
    const unready = seedThatFails(3, new Failure("refused", "inventory: authentication required"));

    expect(await seedPatiently(unready.seed, { limitMs: 10_000, everyMs: 1 })).toEqual(made);
    expect(unready.tries()).toBe(4);
  });

  test("is given up in the end, with the last word of the service", async () => {
    const never = seedThatFails(Number.POSITIVE_INFINITY, new Failure("failed", "orders: busy"));

    await expect(seedPatiently(never.seed, { limitMs: 20, everyMs: 1 })).rejects.toThrow(
      "orders: busy",
    );
    expect(never.tries()).toBeGreaterThan(1);
  });

  test("is not tried again when the seed itself is at fault", async () => {
    const broken = seedThatFails(1, new TypeError("a fault"));

    await expect(seedPatiently(broken.seed, { limitMs: 10_000, everyMs: 1 })).rejects.toThrow(
      "a fault",
    );
    expect(broken.tries()).toBe(1);
  });
});
