import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const BOOT = join(import.meta.dir, "boot.ts");

describe("boot", () => {
  test("names what it can run", () => {
    const { exitCode, stderr } = boot("nonsense");

    expect(exitCode).toBe(2);
    expect(stderr).toContain("usage: bun tools/dev/boot.ts dev|test|qb|generate");
  });

  test("runs from anywhere and without Bun on PATH, and hands on the exit code", () => {
    const nothing = boot("test", "no/such/test-file");

    expect(nothing.stderr).toContain("no/such/test-file");
    expect(nothing.stdout).toEndWith("0 passed, 1 failed\n");
    expect(nothing.exitCode).toBe(1);
  });
});

function boot(...args: string[]): { exitCode: number; stdout: string; stderr: string } {
  const run = Bun.spawnSync([process.execPath, BOOT, ...args], {
    cwd: "/",
    env: { ...process.env, PATH: "/bin:/usr/bin" },
  });
  return { exitCode: run.exitCode, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}
