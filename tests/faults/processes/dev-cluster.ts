import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type DevState, readState } from "@app/dev/dev/state-file.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Killable } from "./trial.ts";

/** `bun run dev --cluster`, as a person starts it, on data that is forgotten at the end. */
export interface DevCluster extends AsyncDisposable, Killable {
  /** Where everything is now. */
  state(): DevState;
  /** The end of what it has said so far. */
  readonly output: string;
}

const PROGRAM = resolve(import.meta.dir, "../../../tools/dev/dev.ts");
const READY = "Ctrl-C stops everything.";
const READY_DEADLINE_MS = 240_000;
const STOP_LIMIT_MS = 60_000;

export async function startDevCluster(): Promise<DevCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), "quickbite-cluster-"));
  // Postgres runs as another user where this one is root.
  chmodSync(dataDir, 0o755);
  const run = Bun.spawn([process.execPath, PROGRAM, "--cluster", "--no-demo"], {
    env: { ...process.env, QUICKBITE_DATA_DIRECTORY: dataDir, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = heard(run.stdout);
  const end = async () => {
    if (run.exitCode === null) run.kill("SIGTERM");
    // What it leaves is then ended by its watchdog.
    const late = setTimeout(() => run.kill("SIGKILL"), STOP_LIMIT_MS);
    await run.exited;
    clearTimeout(late);
    rmSync(dataDir, { recursive: true, force: true });
  };
  const state = () => {
    const now = readState(join(dataDir, "dev"));
    if (!now) throw new Error(`the run says nowhere where it is:\n${output.text}`);
    return now;
  };
  try {
    await eventually(
      () => {
        if (output.text.includes(READY)) return;
        throw new Error(`the run is not ready:\n${output.text}`);
      },
      { deadlineMs: READY_DEADLINE_MS, everyMs: 100 },
    );
    const url = state().services.web?.url;
    if (!url) throw new Error("the run has no gateway");
    return {
      state,
      url,
      get output() {
        return output.text;
      },
      pidOf: (name) => state().processes[name],
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** What it says, the end of it: the log of ten kills is long. */
function heard(stream: ReadableStream<Uint8Array>): { readonly text: string } {
  const kept = { text: "" };
  const CHARACTERS_MAX = 20_000;
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream)
      kept.text = (kept.text + decoder.decode(chunk, { stream: true })).slice(-CHARACTERS_MAX);
  })();
  return kept;
}
