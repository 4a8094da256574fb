import { parseArgs } from "node:util";
import { type FaultGroup, faultGroups } from "./fault.ts";

export interface FaultRunOptions {
  readonly seeds: readonly number[];
  readonly minutes: number;
  readonly groups: readonly FaultGroup[];
  /** Only kinds of these names. */
  readonly only: readonly string[];
  readonly resultsFile: string | undefined;
  /** How many seeds run at the same time. */
  readonly workers: number;
  readonly nodes: 1 | 3;
  /** A planted bug that the run must catch. */
  readonly planted: string | undefined;
  readonly list: boolean;
}

export const usage = `bun run faults [options]: the real system under load and faults, and every promise checked

  --group A,B,…      groups of faults: A processes, B links, C disks, D messages and handlers,
                     E cluster, F database; all that run here when left out
  --seed N           the first seed (1)
  --seeds K          how many seeds of each group (1)
  --minutes M        begin no seed after that (no limit)
  --results FILE     append results as JSON lines; what it holds already is not run again
  --workers W        seeds at the same time, each with servers of its own (1)
  --only "NAME,…"    only these kinds of faults
  --nodes 1|3        one broker, or a cluster of three (1)
  --planted BUG      with a bug planted in the services: ends at the first seed that catches it
  --list             name every kind, with its fault points
  --help

Prints the options, and each seed with its faults; the timeline of a seed that runs alone or broke a
promise, for that also the logs and the command that repeats it; at the end the coverage of fault points. Exits 0 when every promise was kept, or a
planted bug was caught. Ctrl-C heals, ends what runs, and keeps the results so far.`;

/** Reads the command line; throws what is wrong with it. */
export function readOptions(args: readonly string[]): FaultRunOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      group: { type: "string" },
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      minutes: { type: "string", default: String(MINUTES_MAX) },
      results: { type: "string" },
      only: { type: "string" },
      workers: { type: "string", default: "1" },
      nodes: { type: "string", default: "1" },
      planted: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const first = whole("--seed", values.seed, { min: 0, max: 2 ** 31 - 1 });
  const count = whole("--seeds", values.seeds, { min: 1, max: SEEDS_MAX });
  return {
    seeds: Array.from({ length: count }, (_, index) => first + index),
    minutes: whole("--minutes", values.minutes, { min: 1, max: MINUTES_MAX }),
    groups: values.group === undefined ? faultGroups : names(values.group).map(groupOf),
    only: names(values.only ?? ""),
    resultsFile: values.results,
    workers: whole("--workers", values.workers, { min: 1, max: WORKERS_MAX }),
    nodes: nodesOf(values.nodes),
    planted: values.planted,
    list: values.list,
  };
}

const MINUTES_MAX = 1_440;
const WORKERS_MAX = 8;
const SEEDS_MAX = 10_000;

const names = (list: string) =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

function whole(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${min} to ${max}, not ${text}`);
}

function groupOf(text: string): FaultGroup {
  const group = faultGroups.find((known) => known === text.toUpperCase());
  if (group) return group;
  throw new Error(`--group takes ${faultGroups.join(", ")}, not ${text}`);
}

function nodesOf(text: string): 1 | 3 {
  if (text === "1" || text === "3") return text === "1" ? 1 : 3;
  throw new Error(`--nodes must be 1 or 3, not ${text}`);
}
