import {
  addResult,
  type CampaignResult,
  emptyResult,
  type HistoryName,
  replay,
  runExhaustive,
  runRandom,
} from "./campaign.ts";
import { readOptions, type SimulationOptions, UsageError, usage } from "./options.ts";
import { writeBoundaries, writeRecord } from "./record.ts";
import { coverageTable, replayCommand, shortfallOf, summaryOf, timelineOf } from "./report.ts";
import { runShared, workLineOf } from "./shared-work.ts";

/** `bun run simulate`: histories by the thousand, and what they came to. */

const showEveryMs = 500;
const tellEveryMs = 30_000;

if (import.meta.main) process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options) return await simulate(options);
    console.log(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

async function simulate(options: SimulationOptions): Promise<number> {
  if (options.trace) return showHistory(historyOf(options), options.last);
  const startedMs = performance.now();
  const show = progressLine(options);
  const result = emptyResult();
  const isDone = () => !options.keepGoing && result.violations.length > 0;
  if (options.mode === "all" || options.mode === "exhaustive")
    addResult(result, exhaustive(options, show));
  const minutes = options.minutes - (performance.now() - startedMs) / 60_000;
  if (options.mode !== "exhaustive" && minutes > 0 && !isDone())
    addResult(result, await random({ ...options, minutes }, show));

  if (options.json) {
    console.log(JSON.stringify(workLineOf(result)));
    const isReached = options.mode === "exhaustive" || !shortfallOf(result)?.counts;
    return result.violations.length === 0 && isReached ? 0 : 1;
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`\n${coverageTable(result.coverage)}\n\n${summaryOf(result)}, ${seconds} s`);
  for (const { history, broken } of result.violations)
    console.log(`\n${replayCommand(history)}\n${broken.map((each) => `  ${each}`).join("\n")}`);
  const [first] = result.violations;
  if (first) showHistory(first.history, options.last);
  const isReached = options.mode === "exhaustive" || tellShortfall(result);
  if (first || !isReached) return 1;
  if (options.write) await writeRecord(result);
  if (options.recordBoundaries) await writeBoundaries(result);
  return 0;
}

/** Tells what was reached too seldom. Returns whether that is nothing, or does not count yet. */
function tellShortfall(result: CampaignResult): boolean {
  const shortfall = shortfallOf(result);
  if (shortfall) console.log(`\n${shortfall.text}`);
  return !shortfall?.counts;
}

function exhaustive(options: SimulationOptions, show: (histories: number) => void): CampaignResult {
  const { pairs, of, minutes, keepGoing } = options;
  return runExhaustive(
    { pairs, ...(of ? { cases: [of] } : {}) },
    {
      untilMs: performance.now() + minutes * 60_000,
      keepGoing,
      progress: ({ histories }) => show(histories),
    },
  );
}

async function random(
  options: SimulationOptions,
  show: (histories: number) => void,
): Promise<CampaignResult> {
  const { mode, seed, runs, minutes, keepGoing, processes } = options;
  if (processes > 1) return runShared(options, show);
  return runRandom(
    { mode: mode === "exhaustive" ? "all" : mode, seed, step: 1, runs },
    {
      untilMs: performance.now() + minutes * 60_000,
      keepGoing,
      progress: ({ histories }) => show(histories),
    },
  );
}

/** The one history that the options name. */
function historyOf({ mode, seed, of, crashAt }: SimulationOptions): HistoryName {
  if (mode !== "exhaustive")
    return { kind: "random", mode: mode === "safety" ? "safety" : "liveness", seed };
  return { kind: "one order", of: of ?? "confirmed", crashAtCrossings: crashAt ?? [] };
}

/** Runs a history again and prints it, with what does not hold in the end. */
function showHistory(history: HistoryName, linesMax: number): number {
  const result = replay(history);
  console.log(`\n${timelineOf(result, linesMax)}`);
  if (result.broken.length === 0) {
    console.log("\nall holds");
    return 0;
  }
  console.log(`\ndoes not hold:\n${result.broken.map((each) => `  ${each}`).join("\n")}`);
  console.log(`\nagain: ${replayCommand(history)}`);
  return 1;
}

/** Says how far it is: on a terminal on one line, elsewhere on a line now and then. */
function progressLine({ json }: SimulationOptions): (histories: number) => void {
  if (json) return () => undefined;
  const { isTTY } = process.stderr;
  let shownMs = performance.now();
  return (histories) => {
    if (performance.now() - shownMs < (isTTY ? showEveryMs : tellEveryMs)) return;
    shownMs = performance.now();
    process.stderr.write(isTTY ? `\r${histories} histories` : `${histories} histories\n`);
  };
}
