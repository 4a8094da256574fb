import { join, resolve } from "node:path";
import { type DevState, readState } from "@app/dev/dev/state-file.ts";
import { commandOf, descendants } from "@app/dev/infrastructure/process-tree.ts";
import { eventually } from "@app/platform/testing/eventually.ts";

/** `bun run dev --ephemeral`, with its demo. */
export interface DevRun extends AsyncDisposable {
  readonly state: DevState;
  /** The process whose command line contains it. */
  pidOf(program: string): number;
}

const repository = resolve(import.meta.dir, "../..");
const startDeadlineMs = 240_000;
const endDeadlineMs = 60_000;

/** Starts a run that keeps everything in the directory, which is empty, and waits until it is ready. */
export async function startDevRun(directory: string): Promise<DevRun> {
  const logFile = join(directory, "dev.log");
  const run = Bun.spawn(
    [process.execPath, join(repository, "tools/dev/dev.ts"), "--ephemeral", "--no-color"],
    {
      env: { ...process.env, QUICKBITE_DATA_DIRECTORY: directory },
      stdin: "ignore",
      stdout: Bun.file(logFile),
      stderr: Bun.file(`${logFile}.errors`),
    },
  );
  await using opened = new AsyncDisposableStack();
  opened.defer(async () => {
    run.kill("SIGTERM");
    const ended = await Promise.race([run.exited, Bun.sleep(endDeadlineMs)]);
    // What it leaves behind its watchdog ends.
    if (ended === undefined) run.kill("SIGKILL");
  });
  const state = await eventually(
    async () => {
      const said = await Bun.file(logFile).text();
      if (run.exitCode !== null) throw new Error(`the run ended: ${said}`);
      return (said.includes("Ctrl-C stops") && readState(join(directory, "dev"))) || false;
    },
    { deadlineMs: startDeadlineMs, everyMs: 100 },
  );
  const owned = opened.move();
  return {
    state,
    pidOf(program) {
      const found = descendants(run.pid).find((pid) => commandOf(pid).includes(program));
      if (found === undefined) throw new Error(`${program} does not run`);
      return found;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
