import { Coverage } from "./coverage.ts";
import { crashesOf, type OneOrderCrash, oneOrderCaseNames, oneOrderHistory } from "./exhaustive.ts";
import { type HistoryOptions, type HistoryResult, runHistory } from "./history.ts";
import { type RandomMode, randomHistory } from "./random-history.ts";

/** A history, by what it takes to run it again. */
export type HistoryName =
  | { readonly kind: "random"; readonly mode: RandomMode; readonly seed: number }
  | ({ readonly kind: "one order" } & OneOrderCrash);

/** A history in which something did not hold. */
export interface Violation {
  readonly history: HistoryName;
  readonly broken: readonly string[];
}

/** What a number of histories came to. */
export interface CampaignResult {
  histories: number;
  simulatedMs: number;
  readonly violations: Violation[];
  readonly coverage: Coverage;
}

export interface CampaignLimits {
  /** Real time at which it stops, by `performance.now()`. */
  readonly untilMs: number;
  readonly keepGoing: boolean;
  /** Called after each history. */
  readonly progress?: (result: CampaignResult) => void;
}

export const emptyResult = (): CampaignResult => ({
  histories: 0,
  simulatedMs: 0,
  violations: [],
  coverage: new Coverage(),
});

/** Violations that are kept; with more, the first ones tell enough. */
const violationsMax = 100;

/** Random histories of the seeds from `seed`, `step` apart. In mode `all` every tenth is of safety. */
export function runRandom(
  random: {
    readonly mode: RandomMode | "all";
    readonly seed: number;
    readonly step: number;
    readonly runs: number;
  },
  limits: CampaignLimits,
): CampaignResult {
  const result = emptyResult();
  for (let run = 0; run < random.runs; run += 1) {
    const seed = random.seed + run * random.step;
    const everyTenth: RandomMode = seed % 10 === 0 ? "safety" : "liveness";
    const mode = random.mode === "all" ? everyTenth : random.mode;
    const history = { kind: "random", mode, seed } as const;
    count(result, history, outcomeOf(randomHistory(seed, { mode, coverage: result.coverage })));
    limits.progress?.(result);
    if (isOver(result, limits)) break;
  }
  return result;
}

/** Every crash of one order, case by case. */
export function runExhaustive(
  {
    pairs,
    cases = oneOrderCaseNames,
  }: { readonly pairs: boolean; readonly cases?: typeof oneOrderCaseNames },
  limits: CampaignLimits,
): CampaignResult {
  const result = emptyResult();
  const { coverage } = result;
  for (const of of cases) {
    for (const crash of crashesOf(of, { pairs, coverage })) {
      const { crashAtCrossings } = crash;
      count(result, { kind: "one order", of, crashAtCrossings }, crash.result);
      limits.progress?.(result);
      if (isOver(result, limits)) return result;
    }
  }
  return result;
}

/** Runs one history again, and tells all that happened in it. */
export function replay(history: HistoryName): HistoryResult {
  const coverage = new Coverage();
  const options =
    history.kind === "random"
      ? randomHistory(history.seed, { mode: history.mode, coverage })
      : oneOrderHistory(history, coverage);
  return outcomeOf({ ...options, traced: true });
}

export function addResult(all: CampaignResult, part: CampaignResult): void {
  all.histories += part.histories;
  all.simulatedMs += part.simulatedMs;
  all.violations.push(...part.violations);
  all.coverage.merge(part.coverage.toJSON());
}

/** What escapes from a history is a violation as well: a circle, or a fault of the models. */
function outcomeOf(options: HistoryOptions): HistoryResult {
  try {
    return runHistory(options);
  } catch (error) {
    const broken = [`it ended with ${error instanceof Error ? error.stack : String(error)}`];
    return { broken, hash: 0, events: 0, crossings: 0, endedAtMs: 0, timeline: undefined };
  }
}

function count(result: CampaignResult, history: HistoryName, outcome: HistoryResult): void {
  result.histories += 1;
  result.simulatedMs += outcome.endedAtMs;
  if (outcome.broken.length > 0 && result.violations.length < violationsMax)
    result.violations.push({ history, broken: outcome.broken });
}

const isOver = (result: CampaignResult, { untilMs, keepGoing }: CampaignLimits): boolean =>
  performance.now() >= untilMs || (!keepGoing && result.violations.length > 0);
