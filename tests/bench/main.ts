import { writeFileSync } from "node:fs";
import { isBroken } from "./compare.ts";
import { jobs } from "./jobs.ts";
import { type BenchOptions, readOptions, usage } from "./options.ts";
import { comparedRows, jobTables } from "./results.ts";
import { roundedJson, writeResult } from "./results-page.ts";
import { type BenchResults, runJobs } from "./run-jobs.ts";
import { searchBench } from "./search/main.ts";

const EXIT = { reached: 0, missed: 1, wrongOptions: 2, broken: 3, interrupted: 130 } as const;

if (import.meta.main) process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === "search") return searchBench(rest);
  let options: BenchOptions | "help";
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return EXIT.wrongOptions;
  }
  if (options !== "help") return run(options);
  console.log(usage);
  return EXIT.reached;
}

async function run(options: BenchOptions): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupt(stop));
  let results: BenchResults;
  try {
    results = await runJobs({
      ...options,
      jobs: jobs.filter(({ name }) => options.only.includes(name)),
      write: (line) => console.error(line),
      onJob: async (result, machine) => {
        console.log(`\n## ${result.job}: ${result.title}\n\n${jobTables(result)}\n`);
        if (options.write) await writeResult(result, machine);
      },
      signal: stop.signal,
    });
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    console.error(error);
    return EXIT.broken;
  }
  if (options.jsonFile) writeFileSync(options.jsonFile, roundedJson(results));
  return judge(results, options);
}

/** The first time the round that runs is ended first; a watchdog ends the servers of whoever has no time. */
function interrupt(stop: AbortController): void {
  if (stop.signal.aborted) process.exit(EXIT.interrupted);
  console.error("Ending this round; once more to end at once.");
  stop.abort(new Error("interrupted"));
}

/** A short run is judged by loose floors alone: its figures say nothing else. */
function judge({ jobs, failed }: BenchResults, { short }: BenchOptions): number {
  for (const { job, error } of failed) console.error(`${job} failed:`, error);
  const rows = jobs.flatMap(comparedRows);
  const broken = rows.filter(isBroken);
  for (const { row, ratio } of broken)
    console.error(`${row.contender}: ${row.name} has a ratio of ${ratio?.median.toFixed(3)}`);
  if (broken.length + failed.length > 0) return EXIT.broken;
  return short || rows.every(({ first }) => first !== false) ? EXIT.reached : EXIT.missed;
}
