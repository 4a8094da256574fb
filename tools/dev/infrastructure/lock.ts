import { Database } from "bun:sqlite";
import { chmodSync, existsSync } from "node:fs";

/** A held lock. The kernel lets go of it with the process, so that there are no stale ones. */
export interface Lock {
  /** Once is enough; more does no harm. */
  release(): void;
}

// A database that nobody refers to is closed by the garbage collector, and its lock gone with it.
const held = new Set<Database>();

/**
 * Takes the lock that a file stands for; undefined when another process holds it. An empty SQLite
 * database is the portable way to a kernel file lock in Bun: nothing is ever written into it.
 */
export function tryLock(file: string): Lock | undefined {
  const fresh = !existsSync(file);
  const database = new Database(file, { create: true });
  try {
    database.run("PRAGMA busy_timeout = 0");
    database.run("PRAGMA journal_mode = MEMORY");
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
  if (fresh) chmodSync(file, 0o600);
  held.add(database);
  return {
    release() {
      if (!held.delete(database)) return;
      // Closing alone may come to pass only with the next garbage collection.
      database.run("ROLLBACK");
      database.close();
    },
  };
}

/** Takes the lock as soon as it is free, or throws after `deadlineMs`. */
export async function lockWithin(file: string, deadlineMs: number): Promise<Lock> {
  const giveUpAt = Date.now() + deadlineMs;
  for (;;) {
    const lock = tryLock(file);
    if (lock) return lock;
    if (Date.now() > giveUpAt) throw new Error(`${file} stayed locked for ${deadlineMs} ms`);
    await Bun.sleep(25);
  }
}
