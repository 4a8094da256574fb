import type { LetterSelection } from "./letter-selection.ts";
import type { RedriveRunState } from "./tables.ts";

/** What a run may be at most, so that one person's request cannot take all there is. */
export const runLimits = {
  letters: 50_000,
  idsInOneRequest: 1_000,
  perSecondDefault: 20,
  perSecond: 1_000,
  canary: 1_000,
} as const;

/** A redrive of many letters of one consumer. */
export interface RedriveRun {
  readonly id: number;
  readonly consumer: string;
  readonly state: RedriveRunState;
  readonly selection: Readonly<Record<string, unknown>>;
  /** The first so many letters that are tried must be handled, or the run ends as `failed`. */
  readonly canary: number;
  readonly perSecond: number;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Not tried: somebody else resolved them, or it is not their turn. */
  readonly skipped: number;
  readonly actor: string;
  readonly problem: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface RunOrder {
  readonly selection: LetterSelection;
  readonly canary: number;
  readonly perSecond: number;
  readonly actor: string;
}

/** A letter of a run whose try was begun. */
export interface ClaimedLetter {
  readonly runId: number;
  readonly position: number;
  readonly letterId: number;
  /** How often its try was begun before and not ended. Tells this claim from a later one. */
  readonly abandoned: number;
}

export type LetterEnd =
  | { readonly state: "done" }
  | { readonly state: "failed" | "skipped"; readonly error: string };

/**
 * The redrive runs of one consumer. A run's letters are chosen when it is made; each is claimed,
 * tried and settled by itself, so that a crash between any two steps leaves one claim behind, which
 * the next claim takes up. The effect of a letter is not in here: that it happens once is the dead
 * letter's compare-and-set.
 */
export interface RedriveRunStore {
  /**
   * Makes a run of the letters selected: keys by their oldest letter, those that may end the process
   * last, and each key in the order of its versions. Refuses an empty selection, one over `runLimits.letters`, ids that are no open
   * letters of the consumer, and a second run while one is running or paused.
   */
  create(order: RunOrder): Promise<RedriveRun>;
  /** The run that is to be worked on now. */
  running(): Promise<RedriveRun | undefined>;
  /**
   * Begins the next letter of a run that is running. A run whose letters are all settled is
   * finished; undefined then, and when it was paused, cancelled or stopped.
   */
  claim(runId: number): Promise<ClaimedLetter | undefined>;
  /** Takes a claim back, as if it had not been. */
  release(claimed: ClaimedLetter): Promise<void>;
  /**
   * Says what became of a claimed letter. Nothing happens when somebody else claimed it meanwhile.
   * A failure within the canary ends the run.
   */
  settle(claimed: ClaimedLetter, end: LetterEnd): Promise<void>;
}
