/** A stretch in which nothing happened, drawn as narrow as the others. */
export interface Fold {
  readonly from: number;
  readonly to: number;
  /** In percent of the whole. */
  readonly left: number;
  readonly width: number;
}

export interface Scale {
  /** Where a moment stands, in percent of the whole. */
  at(ms: number): number;
  readonly folds: readonly Fold[];
  /** Moments to write on the axis: where stretches begin and end. */
  readonly ticks: readonly number[];
}

/** Longer stretches without anything are folded. */
export const foldOverMs = 100;
/** Of the whole: one fold at most, and all of them together. */
const foldMax = 8;
const foldsMax = 45;

/**
 * A scale on which milliseconds can be told apart although some waits took hours: stretches between
 * two neighbouring moments that are longer than `foldOverMs` take no more room than one another.
 */
export function foldTime(moments: readonly number[]): Scale {
  const edges = [...new Set(moments)].toSorted((a, b) => a - b);
  const stretches = edges.slice(1).map((to, index) => ({ from: edges[index] ?? to, to }));
  const isFolded = ({ from, to }: { from: number; to: number }) => to - from > foldOverMs;
  const folded = stretches.filter(isFolded).length;
  const openMs = stretches
    .filter((stretch) => !isFolded(stretch))
    .reduce((sum, { from, to }) => sum + to - from, 0);
  const foldWidth =
    folded === 0 ? 0 : openMs === 0 ? 100 / folded : Math.min(foldMax, foldsMax / folded);
  const perMs = openMs === 0 ? 0 : (100 - folded * foldWidth) / openMs;

  let left = 0;
  const pieces = stretches.map((stretch) => {
    const width = isFolded(stretch) ? foldWidth : (stretch.to - stretch.from) * perMs;
    const piece = { ...stretch, left, width };
    left += width;
    return piece;
  });

  return {
    at(ms) {
      const piece = pieces.find(({ to }) => ms <= to) ?? pieces.at(-1);
      if (!piece || ms <= piece.from) return piece?.left ?? 0;
      const share = Math.min(1, (ms - piece.from) / (piece.to - piece.from));
      return piece.left + share * piece.width;
    },
    folds: pieces.filter(isFolded),
    ticks: edges,
  };
}

/** Those of the ticks that can be written beside each other, the first and the last among them. */
export function legibleTicks(scale: Scale, apartMin: number): readonly number[] {
  const last = scale.ticks.at(-1);
  const kept: number[] = [];
  for (const tick of scale.ticks) {
    const before = kept.at(-1);
    const isApart = before === undefined || scale.at(tick) - scale.at(before) >= apartMin;
    const isClear = last === undefined || tick === last || 100 - scale.at(tick) >= apartMin;
    if (isApart && isClear) kept.push(tick);
  }
  return kept;
}

/** Those of the folds whose lengths can be written beside each other. */
export function legibleFolds(scale: Scale, apartMin: number): readonly Fold[] {
  const kept: Fold[] = [];
  for (const fold of scale.folds) {
    const before = kept.at(-1);
    const isApart = before === undefined || middleOf(fold) - middleOf(before) >= apartMin;
    if (isApart) kept.push(fold);
  }
  return kept;
}

/** In percent of the whole. */
export const middleOf = ({ left, width }: Fold) => left + width / 2;
