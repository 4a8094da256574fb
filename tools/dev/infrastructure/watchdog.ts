import { rmSync } from "node:fs";
import { isAlive, type ProcessIdentity, signalProcess, signalTree } from "./process-tree.ts";

/**
 * The program that ends guarded processes when their starter is gone. It reads one order a line on
 * stdin; the end of stdin means that the starter ended, in whatever way, because only the kernel
 * closes that pipe. It lives in a session of its own, so that no Ctrl-C reaches it.
 */

/** A process to end, and how. */
export interface Guarded extends ProcessIdentity {
  /** Ends it cleanly; what is still there after `graceMs` is killed with all its descendants. */
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
  /** Lower stages end first: programs before the servers they use. */
  readonly stage: number;
  /** Throw-away directories to remove afterwards. */
  readonly directories: readonly string[];
}

export type WatchdogOrder = { readonly guard: Guarded } | { readonly release: number };

const POLL_MS = 20;

if (import.meta.main) await watch();

async function watch(): Promise<void> {
  const ignored: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of ignored) process.on(signal, () => undefined);

  const guarded = new Map<number, Guarded>();
  for await (const line of console) {
    if (line === "") continue; // Bun ends the last line with an empty one.
    const order: WatchdogOrder = JSON.parse(line);
    if ("guard" in order) guarded.set(order.guard.pid, order.guard);
    else guarded.delete(order.release);
  }

  const left = [...guarded.values()];
  for (const stage of [...new Set(left.map((each) => each.stage))].sort((a, b) => a - b)) {
    await Promise.all(left.filter((each) => each.stage === stage).map(end));
  }
}

async function end(guarded: Guarded): Promise<void> {
  // A paused process takes no other signal.
  signalTree(guarded, "SIGCONT");
  if (isAlive(guarded)) signalProcess(guarded.pid, guarded.signal);
  for (let waitedMs = 0; waitedMs < guarded.graceMs && isAlive(guarded); waitedMs += POLL_MS) {
    await Bun.sleep(POLL_MS);
  }
  signalTree(guarded, "SIGKILL");
  for (const directory of guarded.directories) rmSync(directory, { recursive: true, force: true });
}
