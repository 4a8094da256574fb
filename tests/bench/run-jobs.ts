import { type Bench, openBench } from "./bench.ts";
import type { Contender, Job, OpenJob, Plan } from "./job.ts";
import { describeMachine, type Machine, thisMachine } from "./machine.ts";
import { hasPgbench, noPgbench } from "./pgbench.ts";
import { type Progress, progress } from "./progress.ts";
import { amount, type JobResult } from "./results.ts";
import { type RoundRecord, type Rounds, runRounds } from "./run-rounds.ts";
import { fsyncsPerSecond, watched } from "./watched.ts";

export interface BenchResults {
  readonly machine: Machine;
  readonly jobs: readonly JobResult[];
  /** Jobs that came to no result, with what went wrong. */
  readonly failed: readonly { readonly job: string; readonly error: unknown }[];
}

export interface RunOptions extends Plan {
  readonly jobs: readonly Job[];
  /** Rounds count however much of the machine others used. */
  readonly busy: boolean;
  /** Hears what is being done, line by line. */
  readonly write: (line: string) => void;
  /** Hears of each job when it is over, so that it is kept whatever becomes of the next. */
  readonly onJob: (result: JobResult, machine: Machine) => Promise<void>;
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
  const progressing = progress(total, write);
  await using bench = await openBench(progressing.step);
  const machine = await thisMachine(bench);
  write(describeMachine(machine));
  progressing.done(START_SECONDS);
  const results: JobResult[] = [];
  const failed: { readonly job: string; readonly error: unknown }[] = [];
  for (const [index, job] of jobs.entries()) {
    signal.throwIfAborted();
    const told = { ...bench, step: (text: string) => progressing.step(`${job.name}: ${text}`) };
    const estimate = estimates[index] ?? 0;
    try {
      const result = await runJob(told, job, { ...options, progressing, estimate });
      results.push(result);
      await onJob(result, machine);
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ job: job.name, error });
      told.step(`failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { machine, jobs: results, failed };
}

const START_SECONDS = 3;

async function runJob(
  bench: Bench,
  job: Job,
  options: RunOptions & { readonly progressing: Progress; readonly estimate: number },
): Promise<JobResult> {
  const { rounds, short, busy, signal, progressing, estimate } = options;
  bench.step("starting");
  await using open = await job.open(bench, options);
  const contenders = hasPgbench() ? open.contenders : open.contenders.filter(doesWithoutPgbench);
  const onRecord = (record: RoundRecord, kept: number) => {
    progressing.done(estimate / ((rounds + 1) * contenders.length));
    bench.step(`round ${kept} of ${rounds}, ${record.contender}: ${figuresText(record)}`);
  };
  const measured = await runRounds(contenders, {
    rounds,
    foreignMax: short || busy ? Number.POSITIVE_INFINITY : FOREIGN_MAX,
    watched: (work) => watched(work, bench.parts),
    fsyncsPerSecond: () => fsyncsPerSecond(bench.directory),
    onRecord,
    signal,
  });
  if (measured.records.every(({ round }) => isDropped(measured, round)))
    throw new Error("no round counts: others used too much of the processors in each");
  return {
    ...measured,
    job: job.name,
    title: job.title,
    rows: open.rows,
    skipped: skippedIn(open),
  };
}

const isDropped = ({ dropped }: Rounds, round: number) =>
  dropped.some((one) => one.round === round);

const doesWithoutPgbench = ({ name }: Contender) => !name.startsWith("pgbench");

function figuresText({ figures, use }: RoundRecord): string {
  const texts = Object.entries(figures).map(([name, value]) => `${name} ${amount(value)}`);
  const foreign = use === undefined ? "" : `, others ${(use.foreign * 100).toFixed(0)} %`;
  return `${texts.join(", ")}${foreign}`;
}

function skippedIn({ rows, skipped = [] }: OpenJob): readonly string[] {
  const wanted = rows.some(({ floor }) => floor?.startsWith("pgbench"));
  return wanted && !hasPgbench() ? [...skipped, noPgbench] : skipped;
}
