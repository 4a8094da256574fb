import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { type CampaignResult, runCampaign } from "./campaign.ts";
import type { Fault, FaultGroup } from "./fault.ts";
import { faults } from "./kinds.ts";
import { type FaultRunOptions, readOptions, usage } from "./options.ts";
import { coverageOf, describeCampaign, describeResult, unreached } from "./report.ts";
import { faultsDirectory, startStack } from "./stack.ts";

const MINUTE_MS = 60_000;

if (import.meta.main) process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  return run(options);
}

async function run(options: FaultRunOptions): Promise<number> {
  const unknown = options.only.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0) {
    console.error(`there is no fault ${unknown.join(", ")}; --list names them`);
    return 2;
  }
  const { able, unable } = await sorted(options);
  for (const { fault, why } of unable) console.log(`skipped ${fault.group} ${fault.name}: ${why}`);
  const isChosen = ({ group }: Fault) => options.groups.includes(group);
  if (options.list) {
    for (const { group, name, points } of able)
      console.log(`${group} ${name}: ${points.join(", ")}`);
    return 0;
  }

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  const directory = join(faultsDirectory, `run-${process.pid}`);
  const groups = [...byGroup(able).keys()].filter((group) => options.groups.includes(group));
  const command = commandOf(options);
  const whole = options.seeds.length * groups.length === 1;
  console.log(
    `${command} --group ${groups.join(",")} --seed ${options.seeds[0]} --seeds ${options.seeds.length} --workers ${options.workers}`,
  );
  const servers = { nodes: options.nodes, disks: groups.includes("C") };
  let started = 0;
  const results = await runCampaign({
    workers: options.workers,
    startStack: () => startStack(join(directory, `servers-${started++}`), servers),
    groups,
    kinds: byGroup(able),
    seeds: options.seeds,
    resultsFile: options.resultsFile,
    logsDirectory: relative(".", directory),
    ...plantedBug(options.planted),
    endAtMs: performance.now() + options.minutes * MINUTE_MS,
    signal: stop.signal,
    untilBroken: options.planted !== undefined,
    onResult: (result) => console.log(describeResult(result, { command, whole })),
  });

  const coverage = coverageOf(able.filter(isChosen), results);
  console.log(describeCampaign(results, coverage));
  if (stop.signal.aborted) return 130;
  const broken = results.some(isBroken);
  if (!broken) await rm(directory, { recursive: true, force: true });
  if (options.planted !== undefined) return broken ? 0 : 1;
  return broken || unreached(coverage).length > 0 ? 1 : 0;
}

/** What repeats a seed, but for its group and number. */
function commandOf({ nodes, planted, only }: FaultRunOptions): string {
  return [
    "bun run faults",
    ...(nodes === 3 ? ["--nodes 3"] : []),
    ...(planted === undefined ? [] : [`--planted ${planted}`]),
    ...(only.length > 0 ? [`--only "${only.join(",")}"`] : []),
  ].join(" ");
}

function isBroken({ violations }: CampaignResult): boolean {
  return violations.length > 0;
}

async function sorted({ only, nodes }: FaultRunOptions) {
  const able: Fault[] = [];
  const unable: { readonly fault: Fault; readonly why: string }[] = [];
  for (const fault of faults) {
    if (only.length > 0 && !only.includes(fault.name)) continue;
    if (fault.nodes !== undefined && fault.nodes !== nodes) continue;
    const why = await fault.unavailable?.();
    if (why === undefined) able.push(fault);
    else unable.push({ fault, why });
  }
  return { able, unable };
}

function byGroup(able: readonly Fault[]): ReadonlyMap<FaultGroup, readonly Fault[]> {
  const kinds = new Map<FaultGroup, Fault[]>();
  for (const fault of able) kinds.set(fault.group, [...(kinds.get(fault.group) ?? []), fault]);
  return kinds;
}

/** How the services' processes come by a planted bug. */
function plantedBug(bug: string | undefined) {
  if (bug === undefined) return { bunArguments: [], environment: {} };
  const preload = resolve(import.meta.dir, "../planted-bugs/plant.ts");
  return { bunArguments: ["--preload", preload], environment: { PLANTED_BUG: bug } };
}
