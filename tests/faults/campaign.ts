import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Fault, FaultGroup } from "./fault.ts";
import { runSeed, type SeedResult } from "./run-seed.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Stack } from "./stack.ts";

/** One line of a results file. */
export interface CampaignResult extends SeedResult {
  readonly group: FaultGroup;
  /** Where the services' logs of a failed seed are. */
  readonly logs?: string;
}

export interface CampaignOptions {
  /** How many seeds run at a time. */
  readonly workers: number;
  /** The servers of a worker's seeds. After a broken seed they may be in any state, and are replaced. */
  readonly startStack: () => Promise<Stack>;
  readonly groups: readonly FaultGroup[];
  /** Every group's kinds that can run here, chosen or not: a seed draws its guest from all. */
  readonly kinds: ReadonlyMap<FaultGroup, readonly Fault[]>;
  readonly seeds: readonly number[];
  /** Appended to, and read first: what it holds is not run again. */
  readonly resultsFile?: string | undefined;
  readonly logsDirectory: string;
  readonly bunArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** No seed is begun after that, by `performance.now()`. */
  readonly endAtMs: number;
  readonly signal: AbortSignal;
  /** The first broken seed is the last. */
  readonly untilBroken?: boolean;
  readonly onResult: (result: CampaignResult) => void;
}

interface Seed {
  readonly group: FaultGroup;
  readonly seed: number;
}

const FAULTS_PER_SEED = 3;
/** Of another group, so that every pair of groups meets now and then. */
const GUESTS_PER_SEED = 1;

/** Runs each seed of each group, a seed of every group in turn; returns all results, earlier ones too. */
export async function runCampaign(options: CampaignOptions): Promise<readonly CampaignResult[]> {
  const { workers, startStack, groups, seeds, resultsFile, signal, onResult } = options;
  const results = resultsFile ? readResults(resultsFile) : [];
  const done = new Set(results.map(({ group, seed }) => `${group} ${seed}`));
  const left = seeds
    .flatMap((seed) => groups.map((group) => ({ group, seed })))
    .filter(({ group, seed }) => !done.has(`${group} ${seed}`))
    .values();
  const isBroken = ({ violations }: CampaignResult) => violations.length > 0;
  const isOver = () =>
    signal.aborted ||
    performance.now() > options.endAtMs ||
    (options.untilBroken === true && results.some(isBroken));

  const nextSeed = () => (isOver() ? undefined : left.next().value);
  const work = async () => {
    let seed = nextSeed();
    while (seed) {
      await using stack = await startStack();
      let mayServeOn = true;
      while (seed && mayServeOn) {
        const result = await runOne(options, stack, seed);
        // Cut short, it proves nothing.
        if (signal.aborted) return;
        results.push(result);
        if (resultsFile) appendResult(resultsFile, result);
        onResult(result);
        mayServeOn = !isBroken(result);
        seed = nextSeed();
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

async function runOne(
  { kinds, logsDirectory, bunArguments, environment, signal }: CampaignOptions,
  stack: Stack,
  { group, seed }: Seed,
): Promise<CampaignResult> {
  const directory = join(logsDirectory, `${group}-${seed}`);
  const faults = faultsOf(kinds, group, seed);
  const options = { stack, seed, faults, directory, bunArguments, environment, signal };
  const result = await runSeed(options);
  if (result.violations.length > 0) return { group, ...result, logs: directory };
  await rm(directory, { recursive: true, force: true });
  return { group, ...result };
}

/** Which kinds a seed inflicts: the group's own in rotation, so that each has its share, and a guest. */
export function faultsOf(
  kinds: ReadonlyMap<FaultGroup, readonly Fault[]>,
  group: FaultGroup,
  seed: number,
): readonly Fault[] {
  const own = kinds.get(group) ?? [];
  const picked = Array.from({ length: Math.min(FAULTS_PER_SEED, own.length) }, (_, index) => {
    const fault = own[(seed * FAULTS_PER_SEED + index) % own.length];
    return fault ? [fault] : [];
  }).flat();
  const others = [...kinds].flatMap(([other, faults]) => (other === group ? [] : faults));
  return [
    ...picked,
    ...seededRandom(seed).fork(`guests of ${group}`).shuffled(others).slice(0, GUESTS_PER_SEED),
  ];
}

function readResults(file: string): CampaignResult[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  // A run that was killed may have left half a line, to which the next result would be added.
  if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

function appendResult(file: string, result: CampaignResult): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}
