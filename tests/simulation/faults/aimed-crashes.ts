import { z } from "zod";
import { chanceOf } from "../world/chance.ts";
import recorded from "./crossed-boundaries.json" with { type: "json" };

/** In how many of how many random histories an await boundary was crossed at all. */
export const BoundaryRecord = z.object({
  histories: z.int().positive(),
  crossedIn: z.record(z.string(), z.int().positive()),
});
export type BoundaryRecord = z.infer<typeof BoundaryRecord>;

const record: BoundaryRecord = BoundaryRecord.parse(recorded);

/** Those that histories do not cross all the time. */
export const recordedBoundaries: readonly string[] = Object.keys(record.crossedIn);

/** The part of all histories that is to crash at each boundary: three times what is asked for. */
const share = 0.003;
/** A boundary that most histories cross is crossed again and again: any of the first may be the one. */
const crossings = [1, 1, 2, 3, 5, 10, 20] as const;

/**
 * Crashes that aim at await boundaries by name, the more surely the more seldom histories come to
 * one: crashes at any crossing would nearly never hit those. Wholly decided by the seed. A boundary
 * that is not recorded counts as one that every history crosses.
 */
export class AimedCrashes {
  readonly #seed: number;
  /** Of each boundary that was crossed: how many crossings are left until the crash. */
  readonly #left = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Whether the process is to crash at this crossing. To be asked at each of them. */
  hits(boundary: string): boolean {
    const left = (this.#left.get(boundary) ?? this.#aim(boundary)) - 1;
    this.#left.set(boundary, left);
    return left === 0;
  }

  /** The boundaries that this history has crossed. */
  get crossed(): Iterable<string> {
    return this.#left.keys();
  }

  #aim(boundary: string): number {
    const chance = chanceOf(hashOf(boundary) ^ Math.imul(this.#seed, 0x2545f491));
    const seen = record.crossedIn[boundary];
    if (seen === undefined) return chance.happens(share) ? chance.pick(crossings) : never;
    return chance.happens((share * record.histories) / seen) ? 1 : never;
  }
}

const never = Number.POSITIVE_INFINITY;

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
