import { describe, expect, test } from "bun:test";
import { type CrashPointName, crashPoint, onCrashPoint, readCrashPoint } from "./crash-point.ts";

const modulePath = new URL("./crash-point.ts", import.meta.url).pathname;
const program = `
  const { crashPoint } = await import(${JSON.stringify(modulePath)});
  for (const n of [1, 2, 3]) {
    crashPoint("relay.after-finish");
    console.log(n);
  }
`;

async function run(env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, "-e", program], {
    env: { ...process.env, NODE_ENV: "test", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [lines, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return { lines, complaint, signal: child.signalCode };
}

describe("crashPoint", () => {
  test("kills the process at the n-th arrival, before the next instruction", async () => {
    const { lines, complaint, signal } = await run({ CRASH_POINT: "relay.after-finish:2" });

    expect(signal).toBe("SIGKILL");
    expect(lines).toBe("1\n");
    expect(complaint).toContain("crash point relay.after-finish reached");
  });

  test("lets every other point pass", async () => {
    const { lines, signal } = await run({ CRASH_POINT: "redrive.before-commit" });

    expect(signal).toBeNull();
    expect(lines).toBe("1\n2\n3\n");
  });

  test("keeps a production process from starting", async () => {
    const { lines, complaint } = await run({
      CRASH_POINT: "relay.after-finish",
      NODE_ENV: "production",
    });

    expect(lines).toBe("");
    expect(complaint).toContain("CRASH_POINT is refused in production");
  });

  test("tells its listeners until they are disposed", () => {
    const heard: CrashPointName[] = [];

    {
      using _listening = onCrashPoint((name) => heard.push(name));
      crashPoint("consumer.mid-batch");
    }
    crashPoint("consumer.mid-batch");

    expect(heard).toEqual(["consumer.mid-batch"]);
  });
});

describe("readCrashPoint", () => {
  test("refuses unknown names and bad counts", () => {
    for (const setting of ["nowhere", "relay.after-finish:0", "relay.after-finish:x"]) {
      expect(() => readCrashPoint({ CRASH_POINT: setting })).toThrow("CRASH_POINT must be <name>");
    }
  });

  test("is not armed by a blank setting", () => {
    expect(readCrashPoint({ CRASH_POINT: " " })).toBeUndefined();
  });
});
