import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Lock, lockWithin } from "./lock.ts";

const REPOSITORY_CACHE = resolve(import.meta.dir, "../../../.quickbite/cache");
// Longer than the slowest fetch may take: whoever waits finds the file there.
const FETCH_DEADLINE_MS = 300_000;

/** Where fetched programs are kept: the user's cache, else the repository's own. */
export function cacheDirectories(): string[] {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return [join(base, "quickbite"), REPOSITORY_CACHE];
}

/** The newest kept copy of a program for this kind of machine. */
export function newestCached(program: string): string | undefined {
  const suffix = `-${process.platform}-${process.arch}`;
  const copies = cacheDirectories().flatMap((directory) =>
    entriesOf(directory)
      .filter((name) => name.startsWith(`${program}-`) && name.endsWith(suffix))
      .map((name) => ({
        path: join(directory, name),
        version: name.slice(program.length + 1, -suffix.length),
      })),
  );
  return copies.sort((a, b) => Bun.semver.order(b.version, a.version))[0]?.path;
}

/** Keeps a program under its version. It appears whole or not at all, whoever else fetches it. */
export function keep(file: string, program: string, version: string): string {
  const kept = join(writableCache(), `${program}-${version}-${process.platform}-${process.arch}`);
  const unfinished = `${kept}.${process.pid}.new`;
  copyFileSync(file, unfinished);
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, kept);
  return kept;
}

/** Runs one fetch at a time in a scratch directory that goes away with it. */
export async function inScratch<Result>(
  fetchInto: (directory: string) => Promise<Result>,
): Promise<Result> {
  const cache = writableCache();
  const lock: Lock = await lockWithin(join(cache, "fetch.lock"), FETCH_DEADLINE_MS);
  const directory = join(cache, "fetching");
  try {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    return await fetchInto(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
    lock.release();
  }
}

function writableCache(): string {
  const failures: unknown[] = [];
  for (const directory of cacheDirectories()) {
    try {
      mkdirSync(directory, { recursive: true });
      accessSync(directory, constants.W_OK);
      return directory;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `cannot write to ${cacheDirectories().join(" or ")}`);
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Nothing was ever kept there, or it is not ours to read.
  }
}
