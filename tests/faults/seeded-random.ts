import type { SeededRandom } from "./fault.ts";

/** Chance that gives the same again for the same seed (mulberry32). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) =>
    least + Math.floor(fraction() * (most - least + 1));

  return {
    between,
    chance: (percent) => fraction() * 100 < percent,
    pick(of) {
      const picked = of[between(0, of.length - 1)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
    shuffled(of) {
      const left = [...of];
      return left.map((_, index) => {
        const other = between(index, left.length - 1);
        const taken = left[other] as (typeof left)[number];
        left[other] = left[index] as (typeof left)[number];
        left[index] = taken;
        return taken;
      });
    },
    fork: (label) => seededRandom(seed ^ Bun.hash.crc32(label)),
  };
}
