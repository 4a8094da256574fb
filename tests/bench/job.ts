import type { Bench } from "./bench.ts";

/** One kind of work, done in turn by several who are compared. */
export interface Job {
  /** As `--only` names it. */
  readonly name: string;
  /** What is done, in a few words. */
  readonly title: string;
  /** How long it takes about, for the time left; rounds included. */
  seconds(plan: Plan): number;
  /** Starts what it needs and warms it up. */
  open(bench: Bench, plan: Plan): Promise<OpenJob>;
}

/** How much is measured. */
export interface Plan {
  /** Rounds that count. */
  readonly rounds: number;
  /** A short run shows that all of it works and holds loose floors; its figures are no figures. */
  readonly short: boolean;
}

/** A job whose servers and services run. */
export interface OpenJob extends AsyncDisposable {
  /** Measured one after the other, round after round. */
  readonly contenders: readonly Contender[];
  /** The lines of its table. */
  readonly rows: readonly Row[];
  /** What could not be measured here, and why. */
  readonly skipped?: readonly string[];
}

/** Whoever does the work: the floor, ours, or a peer. */
export interface Contender {
  /** Unlike any other of its job. */
  readonly name: string;
  /** Takes part in no more rounds than these, where one takes very long. */
  readonly roundsMax?: number;
  /** Makes ready for a round; not measured. */
  prepare?(): Promise<void>;
  /** Does the work of one round. Rejects when it could not be done. */
  run(): Promise<Outcome>;
}

/** What came out of one round of one contender. */
export interface Outcome {
  /** What was measured, by name, such as `perSecond` or `p99Ms`. */
  readonly figures: Figures;
  /** How many pieces of work were done: processor time is given for one of them, and for none of 0. */
  readonly done: number;
  /**
   * Counts the same work in different places, such as answers, rows and messages in the stream. All
   * of them must be equal: work that was lost or done twice is no work. Not measured.
   */
  counts(): Promise<Counts>;
}

export type Figures = Readonly<Record<string, number>>;
export type Counts = Readonly<Record<string, number>>;

/** One line of a table: a figure of one contender, beside that of its floor. */
export interface Row {
  readonly name: string;
  readonly contender: string;
  /** A name among the contender's figures. */
  readonly figure: string;
  /** Such as `orders/s` or `ms`. */
  readonly unit: string;
  /** The contender that it is compared with, round by round. */
  readonly floor?: string;
  readonly target?: Target;
}

/** What a figure must reach. */
export type Target =
  | {
      /** At least so many times the floor's figure of the same round, in the median. */
      readonly kind: "ratio";
      readonly first: number;
      readonly next?: number;
      /** A short run fails below it: so little only something broken does. */
      readonly loose: number;
    }
  | {
      /** At most so many times the floor's figure of the same round, in the median. */
      readonly kind: "ratio-most";
      readonly first: number;
      readonly next?: number;
    }
  | {
      /** At least so much, in the median. */
      readonly kind: "least";
      readonly first: number;
      readonly next?: number;
    }
  | {
      /** At most so much, in the median. */
      readonly kind: "most";
      readonly first: number;
      readonly next?: number;
    };
