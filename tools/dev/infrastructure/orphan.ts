import { existsSync, readFileSync, rmSync } from "node:fs";
import { commandOf, identify, isAlive, signalProcess, signalTree } from "./process-tree.ts";

const GRACE_MS = 10_000;
const POLL_MS = 20;

/**
 * Ends a server that still runs on a directory although its starter and the watchdog are gone, and
 * removes the pid file of one that is gone, because its pid may be another program's by now. To be
 * called by the holder of the directory's lock.
 */
export async function endOrphan(left: {
  readonly pidFile: string;
  /** Stands in the server's command line. */
  readonly directory: string;
  readonly signal: NodeJS.Signals;
}): Promise<void> {
  if (!existsSync(left.pidFile)) return;
  const pid = Number.parseInt(readFileSync(left.pidFile, "utf8"), 10);
  const orphan = pid > 1 && commandOf(pid).includes(left.directory) ? identify(pid) : undefined;
  if (orphan) {
    signalTree(orphan, "SIGCONT");
    signalProcess(pid, left.signal);
    const giveUpAt = Date.now() + GRACE_MS;
    while (isAlive(orphan) && Date.now() < giveUpAt) await Bun.sleep(POLL_MS);
    signalTree(orphan, "SIGKILL");
  }
  rmSync(left.pidFile, { force: true });
}
