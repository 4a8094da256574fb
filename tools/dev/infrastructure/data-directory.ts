import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Lock, tryLock } from "./lock.ts";

/**
 * Makes this process the only one that may run a server on the directory, or throws an error that
 * names the process that already does.
 */
export function dataDirectoryLock(directory: string, server: string): Lock {
  const holderFile = join(directory, "holder");
  const lock = tryLock(join(directory, "lock"));
  if (!lock) {
    throw new Error(
      `${directory} is in use: process ${readFileSync(holderFile, "utf8")} runs ${server} on it. ` +
        "Stop that one first, or use another data directory.",
    );
  }
  writeFileSync(holderFile, `${process.pid} (${process.argv.slice(1).join(" ")})`);
  return lock;
}
