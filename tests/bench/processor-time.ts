import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** What the processors have done so far, in milliseconds of one processor. */
export interface ProcessorTime {
  readonly atMs: number;
  /** Used by anybody on this machine. */
  readonly busyMs: number;
  /** Wanted, and given to another machine by the host. */
  readonly stolenMs: number;
  /** Used by the kernel's own threads, which write for whoever asked. */
  readonly kernelMs: number;
  /** Used by each of our parts, ended children included. */
  readonly partsMs: Readonly<Record<string, number>>;
}

/** Part of our own work: a process with all that descends from it. */
export interface Part {
  readonly name: string;
  readonly pid: number;
}

/** What the processors did between two looks. */
export interface ProcessorUse {
  readonly wallMs: number;
  readonly partsMs: Readonly<Record<string, number>>;
  /** The share of all processors that others used. */
  readonly foreign: number;
  /** The share of all processors that the host took away. */
  readonly stolen: number;
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;
const KERNEL_THREADS = 2;

/** Undefined where there is no /proc. */
export function processorTime(parts: readonly Part[]): ProcessorTime | undefined {
  if (!existsSync("/proc/stat")) return undefined;
  const [, ...columns] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = columns.map(Number);
  const trees = timesByPart(processes(), [{ name: "kernel", pid: KERNEL_THREADS }, ...parts]);
  const { kernel = 0, ...partsMs } = trees;
  return {
    atMs: performance.now(),
    busyMs: (user + nice + system + irq + softirq) * TICK_MS,
    stolenMs: steal * TICK_MS,
    kernelMs: kernel,
    partsMs,
  };
}

export function useBetween(
  before: ProcessorTime,
  after: ProcessorTime,
  processors = cpus().length,
): ProcessorUse {
  const wallMs = after.atMs - before.atMs;
  const partsMs = Object.fromEntries(
    Object.entries(after.partsMs).map(([name, ms]) => [name, ms - (before.partsMs[name] ?? 0)]),
  );
  const ours = Object.values(partsMs).reduce((sum, ms) => sum + ms, 0);
  const kernel = after.kernelMs - before.kernelMs;
  const offered = wallMs * processors;
  return {
    wallMs,
    partsMs,
    foreign: Math.min(1, Math.max(0, after.busyMs - before.busyMs - ours - kernel) / offered),
    stolen: (after.stolenMs - before.stolenMs) / offered,
  };
}

/** A process as the kernel describes it. */
export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Its own time and that of its children that have ended. */
  readonly usedMs: number;
}

/** Each process counts for the nearest part above it, so that parts may lie within each other. */
export function timesByPart(
  processes: readonly ProcessTimes[],
  parts: readonly Part[],
): Record<string, number> {
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const names = new Map(parts.map(({ pid, name }) => [pid, name]));
  const times: Record<string, number> = Object.fromEntries(parts.map(({ name }) => [name, 0]));
  for (const one of processes) {
    let above: ProcessTimes | undefined = one;
    while (above && !names.has(above.pid)) above = byPid.get(above.parent);
    const name = above && names.get(above.pid);
    if (name !== undefined) times[name] = (times[name] ?? 0) + one.usedMs;
  }
  return times;
}

function processes(): readonly ProcessTimes[] {
  return readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? timesOf(entry) : []));
}

function timesOf(pid: string): readonly ProcessTimes[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return []; // The file goes away with the process.
  }
  return [readProcessTimes(Number(pid), text)];
}

/** Reads `/proc/<pid>/stat`: the name in brackets may itself hold spaces and brackets. */
export function readProcessTimes(pid: number, text: string): ProcessTimes {
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, childrensUser = 0, childrensSystem = 0] = fields.slice(11, 15);
  return { pid, parent, usedMs: (user + system + childrensUser + childrensSystem) * TICK_MS };
}
