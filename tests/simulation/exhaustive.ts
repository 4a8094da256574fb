import type { Coverage } from "./coverage.ts";
import { type HistoryOptions, type HistoryResult, runHistory } from "./history.ts";
import { type HistorySettings, plainSettings } from "./system/history-settings.ts";

/** The ways of one order, each from its request until nothing is left to do. */
export const oneOrderCases = {
  confirmed: {},
  rejected: { stock: 0 },
  cancelled: { cancelled: 1 },
  "two processes each": { ordersProcesses: 2, inventoryProcesses: 2 },
} as const satisfies Readonly<Record<string, Partial<HistorySettings>>>;

export type OneOrderCase = keyof typeof oneOrderCases;

export const oneOrderCaseNames = Object.keys(oneOrderCases) as readonly OneOrderCase[];

/** Crashes at these crossings of a process's edge, counted over the whole history. */
export interface OneOrderCrash {
  readonly of: OneOrderCase;
  readonly crashAtCrossings: readonly number[];
}

/** The history of one order in which processes crash just there. */
export function oneOrderHistory(
  { of, crashAtCrossings }: OneOrderCrash,
  coverage: Coverage,
): HistoryOptions {
  return {
    seed: 1,
    settings: { ...plainSettings, ...oneOrderCases[of] },
    episodes: [],
    customersWithinMs: 10,
    healAtMs: 60,
    liveness: true,
    coverage,
    crashAtCrossings,
  };
}

/** Every single crash of one case, and with `pairs` every further crash after each. */
export function* crashesOf(
  of: OneOrderCase,
  { pairs, coverage }: { readonly pairs: boolean; readonly coverage: Coverage },
): Generator<OneOrderCrash & { readonly result: HistoryResult }> {
  const run = (crashAtCrossings: readonly number[]) => {
    const crash = { of, crashAtCrossings };
    return { ...crash, result: runHistory(oneOrderHistory(crash, coverage)) };
  };
  const whole = run([]);
  yield whole;
  for (let first = 1; first <= whole.result.crossings; first += 1) {
    const crashed = run([first]);
    yield crashed;
    if (!pairs) continue;
    for (let second = first + 1; second <= crashed.result.crossings; second += 1)
      yield run([first, second]);
  }
}
