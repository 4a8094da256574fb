import { readdirSync, readFileSync } from "node:fs";

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the kernel says it began, in the kernel's own words; only good for comparing. */
  readonly startedAt: string;
}

/** The identity of a running process; undefined once it is gone or only waits to be reaped. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return identify(pid)?.startedAt === startedAt;
}

/**
 * Sends a signal to a process and all that descend from it, the ancestor first, so that a stopped
 * or killed parent cannot start more of them meanwhile. Processes that ended on the way are fine.
 */
export function signalTree(root: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(root)) return;
  signalProcess(root.pid, signal);
  for (const pid of descendants(root.pid)) signalProcess(pid, signal);
}

/** Sends a signal; one that is already gone is what the sender of a stop or kill wanted. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** All processes below `root`, nearest first. */
export function descendants(root: number): number[] {
  const parents = process.platform === "linux" ? parentsOnLinux() : parentsByPs();
  const found = [root];
  for (let next = 0; next < found.length; next++) {
    for (const [pid, parent] of parents) if (parent === found[next]) found.push(pid);
  }
  return found.slice(1);
}

/** The pid above a process; undefined once it is gone. */
export function parentOf(pid: number): number | undefined {
  if (process.platform === "linux") return statOf(pid)?.parent;
  const parent = Number(ps("-o", "ppid=", "-p", String(pid)).trim());
  return parent > 0 ? parent : undefined;
}

/** A process' command line; empty once it is gone. */
export function commandOf(pid: number): string {
  if (!identify(pid)) return "";
  return process.platform === "linux"
    ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
    : ps("-o", "command=", "-p", String(pid));
}

function startOnLinux(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat && stat.state !== "Z" && stat.state !== "X" ? stat.startedAt : undefined;
}

function startByPs(pid: number): string | undefined {
  const [state, ...started] = ps("-o", "stat=,lstart=", "-p", String(pid)).trim().split(/\s+/);
  return state && !state.startsWith("Z") ? started.join(" ") : undefined;
}

function parentsOnLinux(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined;
    if (stat) parents.set(Number(entry), stat.parent);
  }
  return parents;
}

function parentsByPs(): Map<number, number> {
  const rows = ps("-A", "-o", "pid=,ppid=").trim().split("\n");
  return new Map(
    rows.map((row) => {
      const [pid, parent] = row.trim().split(/\s+/);
      return [Number(pid), Number(parent)];
    }),
  );
}

function statOf(pid: number): { state: string; parent: number; startedAt: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined; // The file goes away with the process.
  }
  // The second field is the program's name in brackets, which may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent] = fields;
  const startedAt = fields[19];
  if (state === undefined || startedAt === undefined) return undefined;
  return { state, parent: Number(parent), startedAt };
}

function ps(...args: string[]): string {
  return Bun.spawnSync(["ps", ...args], { env: { ...process.env, LC_ALL: "C" } }).stdout.toString();
}
