import { parseArgs } from "node:util";
import { Coverage } from "../simulation/coverage.ts";
import { runHistory } from "../simulation/history.ts";
import { randomHistory } from "../simulation/random-history.ts";

/** What a hunt came to: the first history that broke, or none within the runs allowed. */
export interface Hunted {
  readonly seed: number | undefined;
  readonly histories: number;
  readonly ms: number;
  /** What did not hold. */
  readonly broken: readonly string[];
}

/** Runs liveness histories from `first` on until one breaks, `runs` at most. */
export function hunt(first: number, runs: number): Hunted {
  const startedMs = performance.now();
  const coverage = new Coverage();
  for (let histories = 1; histories <= runs; histories += 1) {
    const seed = first + histories - 1;
    const { broken } = runHistory(randomHistory(seed, { mode: "liveness", coverage }));
    if (broken.length === 0) continue;
    return { seed, histories, ms: performance.now() - startedMs, broken: broken.slice(0, 3) };
  }
  return { seed: undefined, histories: runs, ms: performance.now() - startedMs, broken: [] };
}

/** As a program it prints what it came to, for whoever planted a bug in it. */
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "10000" },
    },
  });
  console.log(JSON.stringify(hunt(Number(values.seed), Number(values.runs))));
}
