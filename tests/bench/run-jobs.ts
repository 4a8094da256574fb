import { type Bench, openBench } from "./bench.ts";
import type { Job, OpenJob, Plan } from "./job.ts";
import { describeMachine, type Machine, thisMachine } from "./machine.ts";
import { hasPgbench, noPgbench } from "./pgbench.ts";
import { type Progress, progress } from "./progress.ts";
import { amount, type JobResult } from "./results.ts";
import { type RoundRecord, runRounds } from "./run-rounds.ts";
import { fsyncsPerSecond, watched } from "./watched.ts";

export interface BenchResults {
  readonly machine: Machine;
  readonly jobs: readonly JobResult[];
}

export interface RunOptions extends Plan {
  readonly jobs: readonly Job[];
  /** Hears what is being done, line by line. */
  readonly write: (line: string) => void;
  /** Hears of each job when it is over. */
  readonly onJob: (result: JobResult) => Promise<void>;
  /** Aborted, the round that runs is ended and no other begins. */
  readonly signal: AbortSignal;
}

/** Beyond this share of the processors, what others do is no longer noise. */
const FOREIGN_MAX = 0.1;

/** Measures one job after the other, each with services of its own on servers that they share. */
export async function runJobs(options: RunOptions): Promise<BenchResults> {
  const { jobs, signal, write, onJob } = options;
  const estimates = jobs.map((job) => job.seconds(options));
  const total = estimates.reduce((sum, seconds) => sum + seconds, START_SECONDS);
  const told = progress(total, write);
  await using bench = await openBench(told.step);
  const machine = await thisMachine(bench);
  write(describeMachine(machine));
  told.done(START_SECONDS);
  const results: JobResult[] = [];
  for (const [index, job] of jobs.entries()) {
    signal.throwIfAborted();
    const result = await runJob(
      { ...bench, step: (text) => told.step(`${job.name}: ${text}`) },
      job,
      {
        ...options,
        told,
        estimate: estimates[index] ?? 0,
      },
    );
    results.push(result);
    await onJob(result);
  }
  return { machine, jobs: results };
}

const START_SECONDS = 3;

async function runJob(
  bench: Bench,
  job: Job,
  options: RunOptions & { readonly told: Progress; readonly estimate: number },
): Promise<JobResult> {
  const { rounds, short, signal, told, estimate } = options;
  bench.step("starting");
  await using open = await job.open(bench, options);
  const onRecord = (record: RoundRecord, kept: number) => {
    told.done(estimate / ((rounds + 1) * open.contenders.length));
    bench.step(`round ${kept} of ${rounds}, ${record.contender}: ${figuresText(record)}`);
  };
  const measured = await runRounds(open.contenders, {
    rounds,
    foreignMax: short ? Number.POSITIVE_INFINITY : FOREIGN_MAX,
    watched: (work) => watched(work, bench.parts),
    fsyncsPerSecond: () => fsyncsPerSecond(bench.directory),
    onRecord,
    signal,
  });
  return {
    ...measured,
    job: job.name,
    title: job.title,
    rows: open.rows,
    skipped: skippedIn(open),
  };
}

function figuresText({ figures, use }: RoundRecord): string {
  const texts = Object.entries(figures).map(([name, value]) => `${name} ${amount(value)}`);
  const foreign = use === undefined ? "" : `, others ${(use.foreign * 100).toFixed(0)} %`;
  return `${texts.join(", ")}${foreign}`;
}

function skippedIn({ rows, skipped = [] }: OpenJob): readonly string[] {
  const wanted = rows.some(({ floor }) => floor?.startsWith("pgbench"));
  return wanted && !hasPgbench() ? [...skipped, noPgbench] : skipped;
}
