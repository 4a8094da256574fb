import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine, type Machine } from "./machine.ts";
import { writeBlock } from "./page-block.ts";
import { type JobResult, jobTables } from "./results.ts";

const rounds = join(import.meta.dir, "../../docs/benchmarks");

/**
 * Writes the tables of a job into `docs/benchmarks.md`, and its rounds beside it: a file for each
 * job, because jobs may be measured apart.
 */
export async function writeResult(result: JobResult, machine: Machine): Promise<void> {
  mkdirSync(rounds, { recursive: true });
  await writeBlock(result.job, `${describeMachine(machine)}\n\n${jobTables(result)}`);
  writeFileSync(join(rounds, `${result.job}.json`), roundedJson({ machine, ...result }));
}

/** JSON with numbers of six digits, as no clock here is better than that, and with errors as texts. */
export function roundedJson(value: unknown): string {
  return `${JSON.stringify(value, (_, each: unknown) => rounded(each), 1)}\n`;
}

function rounded(value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const isPartial = typeof value === "number" && !Number.isInteger(value);
  return isPartial ? Number(value.toPrecision(6)) : value;
}
