import { describe, expect, test } from "bun:test";
import { AimedCrashes, recordedBoundaries } from "./aimed-crashes.ts";

const seeds = Array.from({ length: 5_000 }, (_, index) => index + 1);

/** At how many of the seeds a history crashes at one of so many crossings of a boundary. */
const hitting = (boundary: string, crossings: number) =>
  seeds.filter((seed) => {
    const aimed = new AimedCrashes(seed);
    return Array.from({ length: crossings }, () => aimed.hits(boundary)).includes(true);
  }).length;

describe("aimed crashes", () => {
  test("hit a boundary the more surely the more seldom histories cross it", () => {
    const often = hitting("orders before commit", 50);

    expect(often).toBeGreaterThan(0);
    expect(often).toBeLessThan(50);
    expect(hitting("orders before inbox.clearStarted", 1)).toBeGreaterThan(500);
  });

  test("come to each boundary at most once in a history", () => {
    for (const seed of seeds.slice(0, 500)) {
      const aimed = new AimedCrashes(seed);
      const hits = Array.from({ length: 30 }, () =>
        aimed.hits("orders before inbox.clearStarted"),
      ).filter(Boolean);

      expect(hits.length).toBeLessThanOrEqual(1);
    }
  });

  test("are decided by the seed, and tell what was crossed", () => {
    const names = [...recordedBoundaries, "orders before commit", "orders before commit"];
    const hitsOf = (seed: number) => {
      const aimed = new AimedCrashes(seed);
      return { hits: names.map((name) => aimed.hits(name)), crossed: [...aimed.crossed] };
    };

    expect(hitsOf(7)).toEqual(hitsOf(7));
    expect(hitsOf(7).hits).not.toEqual(hitsOf(8).hits);
    expect(hitsOf(7).crossed).toEqual([...new Set(names)]);
  });
});
