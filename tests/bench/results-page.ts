import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "./machine.ts";
import { writeBlock } from "./page-block.ts";
import { jobTables } from "./results.ts";
import type { BenchResults } from "./run-jobs.ts";

const rounds = join(import.meta.dir, "../../docs/benchmarks");

/**
 * Writes the tables of each job into `docs/benchmarks.md`, and its rounds beside it, one file a job,
 * so that jobs can be measured apart.
 */
export async function writeResults({ machine, jobs }: BenchResults): Promise<void> {
  mkdirSync(rounds, { recursive: true });
  for (const result of jobs) {
    await writeBlock(result.job, `${describeMachine(machine)}\n\n${jobTables(result)}`);
    const file = join(rounds, `${result.job}.json`);
    writeFileSync(file, `${JSON.stringify({ machine, ...result }, null, 1)}\n`);
  }
}
