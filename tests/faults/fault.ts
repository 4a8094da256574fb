import type { FaultWorld } from "./world.ts";

/**
 * The groups of the fault run: A processes, B links, C disks, D messages and handlers, E the
 * cluster, F the database and its clock.
 */
export const faultGroups = ["A", "B", "C", "D", "E", "F"] as const;

export type FaultGroup = (typeof faultGroups)[number];

/** One way of hurting the running system. A kind is a file of `kinds/`, `cluster/` or `disk/`. */
export interface Fault {
  /** As printed, and as `--only` takes it; unique over all groups. */
  readonly name: string;
  readonly group: FaultGroup;
  /**
   * What `world.reached` is told once the fault has really happened, such as a crash point passed or
   * a reply swallowed. A campaign that has not reached every point of its kinds fails.
   */
  readonly points: readonly string[];
  /** The next fault waits for its end: two would rearm the same processes, or tell handlers two things. */
  readonly alone?: true;
  /** Which stack it needs; any when left out. */
  readonly nodes?: 1 | 3;
  /** Why it cannot run on this machine, if so; a campaign lists it as skipped. */
  unavailable?(): Promise<string | undefined>;
  /**
   * Hurts, holds (`world.hold` ends early when the run heals), and puts right again whatever
   * happened, with the system under load all the while. All chance comes from `random`. A throw
   * is a fault of the harness and fails the seed; so does a fault that outlasts `INFLICT_DEADLINE_MS`.
   */
  inflict(world: FaultWorld, random: SeededRandom): Promise<void>;
}

/** Chance that a seed repeats. */
export interface SeededRandom {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  pick<T>(of: readonly [T, ...T[]] | readonly T[]): T;
  shuffled<T>(of: readonly T[]): T[];
  /** Independent of how much is drawn from this one. */
  fork(label: string): SeededRandom;
}
