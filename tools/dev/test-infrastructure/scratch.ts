import { existsSync, lstatSync, mkdirSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import { KEEPER_DIRECTORY } from "./protocol.ts";

const MEMORY_DIRECTORY = "/dev/shm";
// What the servers of a whole run hold at a time is a fraction of it.
const ROOM_MIN_BYTES = 2 * 1024 ** 3;

let chosen: string | undefined;

/**
 * Where servers that only tests use keep their data, which nobody needs after them: in memory where
 * the system offers 2 GB of it, else below the repository. Each test has a database of its own, which
 * is hundreds of small files: a disk makes them in 50 to 500 ms, and memory in 20. Several
 * repositories may share it: whoever takes a place in it draws its name.
 */
export function scratchDirectory(): string {
  chosen ??= inMemory() ?? KEEPER_DIRECTORY;
  return chosen;
}

/** Undefined where there is no such place, too little room, or another user was there first. */
function inMemory(): string | undefined {
  const owner = process.getuid?.();
  if (process.platform !== "linux" || owner === undefined) return undefined;
  if (!existsSync(MEMORY_DIRECTORY)) return undefined;
  const { bavail, bsize } = statfsSync(MEMORY_DIRECTORY);
  if (Math.min(bavail * bsize, freemem()) < ROOM_MIN_BYTES) return undefined;

  const directory = join(MEMORY_DIRECTORY, `quickbite-${owner}`);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const found = lstatSync(directory);
  return found.isDirectory() && found.uid === owner ? directory : undefined;
}
