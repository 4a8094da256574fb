import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Lock, tryLock } from "../infrastructure/lock.ts";
import { endOrphan } from "../infrastructure/orphan.ts";
import { Advice } from "./advice.ts";
import { readState } from "./state-file.ts";

/** The directory whose servers are this run's alone, until it is given back. */
export interface RunDirectory extends Disposable {
  readonly path: string;
  /** Where the state file goes: every run is found, unless an ordinary one is there. */
  readonly statePath: string;
}

const EPHEMERAL = "ephemeral-";
const CLUSTER = "cluster";
const SERVER = /^(?:postgres|nats(?:-\d+)?)$/;

/**
 * Takes `dev/` below the repository's data, which only one run may use at a time; `fresh` wipes its
 * servers. A cluster's data stays apart from an ordinary run's, because a stream of one node is not
 * one of three. An ephemeral run gets a directory of its own, so that it can run beside.
 */
export async function claimRunDirectory(
  dataDir: string,
  how: { readonly fresh: boolean; readonly ephemeral: boolean; readonly cluster: boolean },
): Promise<RunDirectory> {
  const shared = join(dataDir, "dev");
  makeWritable(shared);
  sweepForgotten(shared);
  const lasting = how.cluster ? join(shared, CLUSTER) : shared;
  const path = how.ephemeral ? join(shared, `${EPHEMERAL}${crypto.randomUUID()}`) : lasting;
  makeWritable(path);

  const lock = tryLock(join(path, "run.lock"));
  if (!lock) throw alreadyRunning(path);
  if (how.fresh) await wipe(path);
  return {
    path,
    statePath: path === shared || isInUse(shared) ? path : shared,
    [Symbol.dispose]() {
      lock.release();
      if (how.ephemeral) rmSync(path, { recursive: true, force: true });
    },
  };
}

function makeWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new Advice(
      `cannot write to ${directory}, which may belong to another user.`,
      "Remove it as that user, give it to yourself (chown -R), or use a checkout of your own.",
      { cause },
    );
  }
}

/** What ephemeral runs left that ended without a chance to tidy up. */
function sweepForgotten(shared: string): void {
  for (const entry of readdirSync(shared).filter((name) => name.startsWith(EPHEMERAL))) {
    const path = join(shared, entry);
    const lock = lockOf(path);
    if (!lock) continue;
    lock.release();
    rmSync(path, { recursive: true, force: true });
  }
}

/** The lock of a directory that nobody uses and that is ours to remove. */
function lockOf(path: string): Lock | undefined {
  try {
    return tryLock(join(path, "run.lock"));
  } catch {
    return undefined; // Another user's.
  }
}

function isInUse(path: string): boolean {
  const lock = tryLock(join(path, "run.lock"));
  lock?.release();
  return lock === undefined;
}

async function wipe(path: string): Promise<void> {
  for (const server of readdirSync(path).filter((name) => SERVER.test(name))) {
    const directory = join(path, server);
    const data = join(directory, "data");
    await (server === "postgres"
      ? endOrphan({ pidFile: join(data, "postmaster.pid"), directory: data, signal: "SIGINT" })
      : endOrphan({ pidFile: join(directory, "nats.pid"), directory, signal: "SIGTERM" }));
    rmSync(directory, { recursive: true, force: true });
  }
}

function alreadyRunning(path: string): Advice {
  const state = existsSync(path) ? readState(path) : undefined;
  const where = state ? `process ${state.pid}, orders on ${state.services.orders?.url}` : path;
  return new Advice(
    `a dev run of this checkout is already there (${where}).`,
    "Use that one, stop it first, or start another beside it with --ephemeral.",
  );
}
