import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Part, type ProcessorUse, processorTime, useBetween } from "./processor-time.ts";

/** Runs work and tells what the processors did meanwhile, by the parts that run at its end. */
export async function watched<T>(
  work: () => Promise<T>,
  parts: () => readonly Part[],
): Promise<readonly [T, ProcessorUse | undefined]> {
  const before = processorTime(parts());
  const result = await work();
  const after = processorTime(parts());
  return [result, before && after && useBetween(before, after)];
}

const FSYNC_PROBE_MS = 100;
const PAGE = Buffer.alloc(8_192, 1);

/** How many pages a second the disk below `directory` takes one after the other: what a commit waits for. */
export function fsyncsPerSecond(directory: string): number {
  const file = join(directory, "fsync-probe");
  const descriptor = openSync(file, "w");
  try {
    let count = 0;
    const startedAt = performance.now();
    for (; performance.now() - startedAt < FSYNC_PROBE_MS; count += 1) {
      writeSync(descriptor, PAGE, 0, PAGE.length, 0);
      fdatasyncSync(descriptor);
    }
    return Math.round((count * 1_000) / (performance.now() - startedAt));
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}
