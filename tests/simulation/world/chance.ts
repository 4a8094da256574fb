import type { Random } from "@app/platform/random.ts";

/** Every choice of a history comes from here: the same seed makes the same choices. */
export interface Chance {
  /** A number in [0, 1). */
  fraction(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** A whole number from `first` to `last`, both included. */
  between(first: number, last: number): number;
  /** Whether something of this probability happens now. */
  happens(probability: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/** mulberry32: small, quick, and good enough to choose by. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    between: (first, last) => first + below(last - first + 1),
    happens: (probability) => probability > 0 && fraction() < probability,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  };
}

/** Chance as the core is given it. Its UUIDs say the simulated time, and count. */
export function simulatedRandom(chance: Chance, nowMs: () => number): Random {
  let count = 0;
  const hex = (number: number, digits: number) =>
    Math.floor(number).toString(16).padStart(digits, "0").slice(-digits);
  return {
    fraction: chance.fraction,
    uuidV7() {
      const time = hex(nowMs(), 12);
      count += 1;
      const noise = hex(chance.fraction() * 0x1_0000_0000, 8);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count, 3)}-8${noise.slice(0, 3)}-${noise}${hex(count, 4)}`;
    },
  };
}
