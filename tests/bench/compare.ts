import type { Row, Target } from "./job.ts";
import { type Spread, spreadOf } from "./ratios.ts";
import type { RoundRecord, Rounds } from "./run-rounds.ts";

/** One line of the results: a figure, beside its floor where it has one. */
export interface Compared {
  readonly row: Row;
  /** Rounds that count. */
  readonly rounds: number;
  readonly figure: Spread;
  readonly floor: Spread | undefined;
  /** Of the figures of one round each. */
  readonly ratio: Spread | undefined;
  readonly first: Verdict;
  readonly next: Verdict;
}

/** Whether a target is reached; undefined where there is none. */
export type Verdict = boolean | undefined;

/** Compares each figure with that of its floor in the same round. Throws when no round counts. */
export function compare(row: Row, { records, dropped }: Rounds): Compared {
  const out = new Set(dropped.map(({ round }) => round));
  const counting = records.filter(({ round }) => !out.has(round));
  const ours = figuresOf(counting, row.contender, row.figure);
  if (ours.size === 0) throw new Error(`no round of ${row.name} counts`);
  const floors = row.floor === undefined ? undefined : figuresOf(counting, row.floor, row.figure);
  const ratios = [...ours].flatMap(([round, value]) => {
    const floor = floors?.get(round);
    return floor === undefined ? [] : [value / floor];
  });

  const figure = spreadOf([...ours.values()]);
  const ratio = ratios.length === 0 ? undefined : spreadOf(ratios);
  const judged = (bound: number | undefined) => judge(row.target, bound, { figure, ratio });
  return {
    row,
    rounds: ours.size,
    figure,
    floor: floors && floors.size > 0 ? spreadOf([...floors.values()]) : undefined,
    ratio,
    first: judged(row.target?.first),
    next: judged(row.target?.next),
  };
}

/** Whether so little was reached that something must be broken. Rows without a ratio never are. */
export function isBroken({ row, ratio }: Pick<Compared, "row" | "ratio">): boolean {
  return row.target?.kind === "ratio" && ratio !== undefined && ratio.median < row.target.loose;
}

function figuresOf(
  records: readonly RoundRecord[],
  contender: string,
  figure: string,
): ReadonlyMap<number, number> {
  const own = records.filter((record) => record.contender === contender);
  return new Map(
    own.flatMap(({ round, figures }) => {
      const value = figures[figure];
      return value === undefined || Number.isNaN(value) ? [] : [[round, value] as const];
    }),
  );
}

function judge(
  target: Target | undefined,
  bound: number | undefined,
  { figure, ratio }: { readonly figure: Spread; readonly ratio: Spread | undefined },
): Verdict {
  if (target === undefined || bound === undefined) return undefined;
  if (target.kind === "most") return figure.median <= bound;
  if (target.kind === "least") return figure.median >= bound;
  if (ratio === undefined) return undefined;
  return target.kind === "ratio" ? ratio.median >= bound : ratio.median <= bound;
}
