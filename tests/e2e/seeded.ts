export interface Seeded {
  /** Gives the same numbers again when set as `E2E_SEED`. */
  readonly seed: number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
}

/** Random numbers that a failed run can be repeated with (mulberry32). */
export function seeded(): Seeded {
  const seed = Number(process.env.E2E_SEED) || crypto.getRandomValues(new Uint32Array(1))[0] || 1;
  let state = seed;
  return {
    seed,
    below(limit) {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    },
  };
}
