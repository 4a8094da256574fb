import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import { startServer } from "../infrastructure/managed-server.ts";
import { supervise, type Unit } from "./supervise.ts";

let directory: string;
let unit: Unit | undefined;
const states: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quickbite-"));
  states.length = 0;
});
afterEach(async () => {
  await unit?.end();
  rmSync(directory, { recursive: true });
});

describe("supervise", () => {
  test("starts again what ended, and tells it meanwhile", async () => {
    unit = supervised(["sleep", "60"]);
    await unit.firstReady;
    const before = unit.pid;

    process.kill(before ?? 0, "SIGKILL");
    await eventually(() => expect(states).toEqual(["ready", "down", "starting", "ready"]));

    expect(unit.pid).not.toBe(before);
  });

  test("waits ever longer for what ends at once", async () => {
    unit = supervised(["false"], { isReady: async () => false });

    await eventually(() => expect(states.filter((state) => state === "down")).toHaveLength(3));

    expect(unit.status.detail).toContain("ended while starting (exit code 1)");
  });

  test("leaves alone what was stopped until it is wanted again", async () => {
    unit = supervised(["sleep", "60"]);
    await unit.firstReady;

    unit.stop();
    await eventually(() => expect(unit?.status.state).toBe("stopped"));
    expect(unit.pid).toBeUndefined();
    unit.restart();

    await eventually(() => expect(unit?.status.state).toBe("ready"));
    expect(states).not.toContain("down");
  });

  test("a pause ends by itself, and so does a crash", async () => {
    unit = supervised(["sleep", "60"]);
    await unit.firstReady;

    unit.pauseFor(50);
    expect(unit.status.state).toBe("paused");
    await eventually(() => expect(unit?.status.state).toBe("ready"));

    states.length = 0;
    const crashedAt = performance.now();
    unit.crashFor(300);
    await eventually(() => expect(states).toEqual(["down", "starting", "ready"]));
    expect(performance.now() - crashedAt).toBeGreaterThanOrEqual(295);
  });

  test("an end while it is down is an end", async () => {
    unit = supervised(["false"], { isReady: async () => false });
    await eventually(() => expect(states).toContain("down"));

    await unit.end();

    expect(unit.pid).toBeUndefined();
  });
});

function supervised(
  command: readonly string[],
  { isReady = async () => true }: { isReady?: () => Promise<boolean> } = {},
): Unit {
  return supervise({
    name: "sleeper",
    launch: () =>
      startServer({
        name: "sleeper",
        port: 0,
        logFile: join(directory, "sleeper.log"),
        command,
        stopSignal: "SIGTERM",
        stopGraceMs: 1_000,
        startDeadlineMs: 20_000,
        isReady,
        onLine: () => undefined,
      }),
    onChange: ({ status }) => states.push(status.state),
  });
}
