import { join } from "node:path";
import { type PeerTask, WorkDone } from "./peer-task.ts";

const program = join(import.meta.dir, "peer-program.ts");
/** A peer that takes longer for anything is broken. */
const lineWithinMs = 420_000;
const endWithinMs = 15_000;

/** A peer as a process of its own, ready to work. */
export interface PeerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Lets it work until it is done. */
  work(): Promise<WorkDone>;
  /** Lets it begin, and does not wait. */
  begin(): void;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Starts a peer; resolves when it has made its world. Whatever it says on stderr is shown. */
export async function startPeer(task: PeerTask): Promise<PeerProcess> {
  const child = Bun.spawn([process.execPath, program, JSON.stringify(task)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = linesOf(child.stdout);
  const nextLine = async (): Promise<string> => {
    const timer = setTimeout(() => child.kill("SIGKILL"), lineWithinMs);
    const { value, done } = await lines.next();
    clearTimeout(timer);
    if (done) throw new Error(`${task.peer} ended before it was done; it says why above`);
    return value;
  };
  const begin = () => {
    child.stdin.write("go\n");
    child.stdin.flush();
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const first = await nextLine();
  if (first !== "ready") {
    await kill();
    throw new Error(`${task.peer} said ${first} instead of being ready`);
  }
  return {
    pid: child.pid,
    begin,
    kill,
    async work() {
      begin();
      return WorkDone.parse(JSON.parse(await nextLine()));
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), endWithinMs);
      await child.exited;
      clearTimeout(timer);
    },
  };
}

async function* linesOf(output: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of output) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
