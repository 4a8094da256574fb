import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type DevState, readState } from "./dev/state-file.ts";
import {
  descendants,
  identify,
  isAlive,
  type ProcessIdentity,
} from "./infrastructure/process-tree.ts";

const DEV = join(import.meta.dir, "dev.ts");
const BOOT = join(import.meta.dir, "boot.ts");
/** A few starts of everything, each of which may take its whole deadline. */
setDefaultTimeout(480_000);

const START = { deadlineMs: 110_000, everyMs: 20 };

// One for all tests, with a space in it: making a Postgres takes a second.
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "quickbite dev "));
  chmodSync(dataDir, 0o755);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const services = ["web", "orders", "inventory", "events", "bookings", "users", "reviews"];

describe("bun run dev", () => {
  test("names the flag that was meant", async () => {
    const run = start(DEV, "--frehs");

    expect(await run.ended()).toBe(2);
    expect(run.output()).toContain("Did you mean --fresh?");
  });

  test("refuses to wipe servers that it did not start", async () => {
    const run = startWith({ NATS_URL: "nats://127.0.0.1:1" }, DEV, "--fresh");

    expect(await run.ended()).toBe(1);
    expect(run.output()).toContain("NATS_URL is set");
  });

  test("makes no cluster of servers that it did not start", async () => {
    const run = startWith({ NATS_URL: "nats://127.0.0.1:1" }, DEV, "--cluster");

    expect(await run.ended()).toBe(1);
    expect(run.output()).toContain("NATS_URL is set");
  });

  test("nothing outlives a run that is killed, or whose starter is", async () => {
    for (const entry of [DEV, BOOT]) {
      await using run = await startReady(entry, ...(entry === BOOT ? ["dev"] : []), "--no-demo");

      run.process.kill("SIGKILL");

      await eventually(() => expect(run.processes.filter(isAlive)).toEqual([]), START);
    }
  });
});

// One run for all of them, in this order: what one does the next one finds.
describe("a run that is ready", () => {
  let run: ReadyDevRun;
  beforeAll(async () => {
    run = await startReady(DEV, "--fresh");
  });
  afterAll(() => run?.[Symbol.asyncDispose]());

  test("shows commands that work as they are", async () => {
    const ordered = await shell(run.command("order a burger"));
    expect(ordered).toContain("202 Accepted");
    expect(ordered).toMatch(/\{"id":\d+\}$/);
    await eventually(async () =>
      expect(await shell(run.command("one order"))).toContain(`"status":"CONFIRMED"`),
    );
    expect(await shell(run.command("wait for"))).toContain("201 Created");
    expect(await shell(run.command("too many"))).toContain(`"detail":"insufficient stock"`);
    expect(await shell(run.command("what is left"))).toContain(`"available"`);

    expect(await shell(run.command("what is on"))).toContain(`"name":"Aida"`);
    // Its news may still be on the way.
    await eventually(
      async () => expect(await shell(run.command("book two seats"))).toContain("201 Created"),
      START,
    );
    expect(await shell(run.command("how many seats"))).toContain(`"booked":2`);
  });

  test("is named to a second one", async () => {
    const second = start(DEV, "--no-demo");

    expect(await second.ended()).toBe(1);
    expect(second.output()).toContain(`is already there (process ${run.process.pid}`);
  });

  test("has a cluster beside it on other ports, which shows its table, exits 0 and forgets everything", async () => {
    const beside = start(DEV, "--cluster", "--ci", "--ephemeral", "--no-demo");

    expect(await beside.ended(), beside.output()).toBe(0);
    expect(beside.output()).toMatch(
      /Ready in \d+\.\d s\s+web +http:\S+\s+console +http:\S+\/console/,
    );
    const twice = services.flatMap((name) => [name, `${name}-2`]);
    for (const name of ["Postgres", "nats-1", "nats-2", "nats-3", ...twice]) {
      expect(beside.output()).toMatch(
        new RegExp(`^ {2}${name} +\\S+ +(?:ready|degraded \\(.+\\)) +\\d+ +\\d+`, "m"),
      );
    }
    const { port } = new URL(run.state().services.orders?.url ?? "");
    expect(beside.output()).toContain(`port 8080 is taken: orders listens on`);
    expect(beside.output()).not.toContain(`http://127.0.0.1:${port} `);
    expect(run.state().pid).toBe(run.process.pid);
    const left = readdirSync(join(dataDir, "dev")).filter((name) => name.startsWith("ephemeral"));
    expect(left).toEqual([]);
  });

  test("brings back on its port what is killed", async () => {
    const { orders } = run.state().services;

    for (const name of ["orders", "nats-server", "Postgres"]) {
      const victim = run.state().processes[name] ?? Number.NaN;
      process.kill(victim, "SIGKILL");
      await eventually(() => {
        const now = run.state().processes[name];
        expect(now).toBeNumber();
        expect(now).not.toBe(victim);
      }, START);
    }

    expect(run.output()).toContain("orders is down: ended (SIGKILL)");
    await eventually(async () => {
      const response = await fetch(`${orders?.url}/readyz`);
      expect(await response.json()).toMatchObject({ status: "ok" });
    }, START);
    expect(await shell(run.command("wait for"))).toMatch(/201 Created|409 Conflict/);
  });

  test("stops everything in order at Ctrl-C", async () => {
    run.process.kill("SIGINT");

    expect(await run.ended()).toBe(0);
    expect(run.output()).toContain("Stopped in");
    await eventually(() => expect(run.processes.filter(isAlive)).toEqual([]));
    expect(readState(join(dataDir, "dev"))).toBeUndefined();
  });
});

interface DevRun {
  readonly process: Bun.Subprocess;
  output(): string;
  /** Its exit code, once all that it said was heard. */
  ended(): Promise<number>;
}

interface ReadyDevRun extends DevRun, AsyncDisposable {
  /** Everything it had started when it was ready, itself included. */
  readonly processes: readonly ProcessIdentity[];
  /** The command that the table prints below a title. */
  command(title: string): string;
  state(): DevState;
}

const start = (...command: string[]) => startWith({}, ...command);

function startWith(environment: Record<string, string>, ...command: string[]): DevRun {
  let output = "";
  const started = Bun.spawn([process.execPath, ...command], {
    env: { ...process.env, QUICKBITE_DATA_DIRECTORY: dataDir, NO_COLOR: "1", ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  const collecting = Promise.all([collect(started.stdout), collect(started.stderr)]);
  return {
    process: started,
    output: () => output,
    async ended() {
      await collecting;
      return started.exited;
    },
  };
}

async function startReady(...command: string[]): Promise<ReadyDevRun> {
  const run = start(...command);
  await eventually(() => {
    if (run.process.exitCode !== null) throw new Error(run.output());
    expect(run.output()).toContain("Ctrl-C stops everything.");
  }, START);
  const alive = () => [run.process.pid, ...descendants(run.process.pid)].map(identify);
  const processes = alive().filter((each) => each !== undefined);
  return {
    ...run,
    processes,
    command(title) {
      const lines = run.output().split("\n");
      const found = lines[lines.findIndex((line) => line.includes(`# ${title}`)) + 1];
      if (!found?.includes("curl")) throw new Error(`no command for ${title}`);
      return found;
    },
    state() {
      const state = readState(join(dataDir, "dev"));
      if (!state) throw new Error("the run says nowhere where it is");
      return state;
    },
    async [Symbol.asyncDispose]() {
      if (run.process.exitCode === null) run.process.kill("SIGTERM");
      await run.process.exited;
      await eventually(() => !processes.some(isAlive), START);
    },
  };
}

async function shell(command: string): Promise<string> {
  const run = Bun.spawn(["/bin/sh", "-c", command], { stdout: "pipe", stderr: "ignore" });
  return new Response(run.stdout).text();
}
