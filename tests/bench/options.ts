import { parseArgs } from "node:util";
import { jobNames, peerJobNames } from "./jobs.ts";

export interface BenchOptions {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly short: boolean;
  /** Rounds count however much of the machine others used. */
  readonly busy: boolean;
  readonly jsonFile: string | undefined;
  readonly write: boolean;
}

/** With fewer, a median says too little to be kept. */
const ROUNDS_KEPT_MIN = 7;
const ROUNDS_MAX = 100;
const SHORT_ROUNDS = 1;

export const usage = `bun run bench [options]: how fast ours is, beside what the same machine can do at most

  --only i,iii   only these jobs: ${jobNames.join(", ")};
                 peers stands for all that compare ours with other libraries, and installs these once
  --rounds N     rounds that count, up to ${ROUNDS_MAX} (${ROUNDS_KEPT_MIN})
  --short        one small round of each but the peers, in about a minute: shows that all works, and
                 fails only where a ratio is so low that something must be broken; its figures are none
  --busy         counts disturbed rounds as well: a first look on a machine with other work
  --json FILE    writes every round into that file
  --write        writes the tables into docs/benchmarks.md and the rounds into docs/benchmarks/;
                 takes ${ROUNDS_KEPT_MIN} rounds at least
  --help

bun run bench search --help: how fast events are found among a million

Starts servers and services of its own on 127.0.0.1, with all writes synced, and removes them. Floor,
ours and peers work in turn; ratios are taken within each round. A round in which other programs used
more than a tenth of the processors is dropped and repeated. Exits 0 when every target was reached,
1 when one was missed, 2 for wrong options, and 3 when something was lost, doubled or broken, or could
not be measured.`;

/** Reads the command line; throws what is wrong with it. */
export function readOptions(args: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string" },
      short: { type: "boolean", default: false },
      busy: { type: "boolean", default: false },
      json: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { short, busy, write } = values;
  if (values.help) return "help";
  if (short && (write || values.rounds !== undefined))
    throw new Error("--short goes with neither --write nor --rounds: its figures are no figures");
  if (busy && write) throw new Error("--busy does not go with --write: its figures are no figures");
  const rounds = short ? SHORT_ROUNDS : roundsOf(values.rounds ?? String(ROUNDS_KEPT_MIN));
  if (write && rounds < ROUNDS_KEPT_MIN)
    throw new Error(`--write takes --rounds ${ROUNDS_KEPT_MIN} or more`);
  const all = short ? jobNames.filter((name) => !peerJobNames.includes(name)) : jobNames;
  const only = values.only === undefined ? all : namesIn(values.only);
  return { only, rounds, short, busy, jsonFile: values.json, write };
}

function namesIn(list: string): readonly string[] {
  const given = list.split(",").map((name) => name.trim());
  const names = given.flatMap((name) => (name === "peers" ? peerJobNames : [name]));
  const unknown = names.filter((name) => !jobNames.includes(name));
  if (unknown.length === 0) return names;
  throw new Error(`--only takes ${jobNames.join(", ")}, not ${unknown.join(", ")}`);
}

function roundsOf(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= ROUNDS_MAX) return value;
  throw new Error(`--rounds must be a whole number from 1 to ${ROUNDS_MAX}, not ${text}`);
}
