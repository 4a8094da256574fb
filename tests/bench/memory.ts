import { existsSync, readFileSync } from "node:fs";

/** What a process holds in memory, in MiB, as Linux tells it; not a number elsewhere. */
export function memoryOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  const status = existsSync(file) ? readFileSync(file, "utf8") : "";
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
