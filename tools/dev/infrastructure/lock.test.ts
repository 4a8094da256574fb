import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryLock } from "./lock.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quickbite-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("tryLock", () => {
  test("one at a time, and the next one after a release", () => {
    const file = join(directory, "lock");
    const first = tryLock(file);

    expect(tryLock(file)).toBeUndefined();
    first?.release();
    const second = tryLock(file);

    expect(second).toBeDefined();
    second?.release();
  });

  test("a process that is killed lets go of it", async () => {
    const file = join(directory, "lock");
    const holder = Bun.spawn(
      [
        process.execPath,
        "-e",
        `const { tryLock } = await import(${JSON.stringify(join(import.meta.dir, "lock.ts"))});
         tryLock(${JSON.stringify(file)});
         console.log("held");
         setInterval(() => undefined, 60_000);`,
      ],
      { stdout: "pipe" },
    );
    await holder.stdout.getReader().read();
    expect(tryLock(file)).toBeUndefined();

    holder.kill("SIGKILL");
    await holder.exited;

    const lock = tryLock(file);
    expect(lock).toBeDefined();
    lock?.release();
  });
});
