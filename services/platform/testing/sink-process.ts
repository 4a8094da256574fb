import { resolve } from "node:path";
import type { SinkWorld } from "./sink.ts";

/** What a replica process does besides handling. */
export interface ReplicaBehaviour {
  /** Each handler waits up to so long. */
  readonly delayMaxMs?: number;
  /** Each handler takes that long, but for the one message that throws or ends the process. */
  readonly slowMs?: number;
  /** The share of handlers that throw. */
  readonly flaky?: number;
  /** One message that always throws or ends the process. */
  readonly key?: string;
  readonly version?: number;
  readonly does?: "throw" | "exit";
  /** Keys whose message of `version` throws for as long as the file `poison` exists. */
  readonly poisonedKeys?: readonly string[];
  readonly poison?: string;
  /** A file to which each start of a handler and each failure is written, see `HandlerLine`. */
  readonly handlerLog?: string;
  readonly ackWaitSeconds?: number;
  /** In milliseconds; the core's setting of that name. */
  readonly retryBase?: number;
  readonly attemptsMax?: number;
}

/** One line of a handler log, as JSON: a handler began, or the core counted one of its failures. */
export type HandlerLine = {
  readonly eventId: string;
  /** Milliseconds since 1970, the same clock for all processes. */
  readonly atMs: number;
  readonly pid: number;
} & (
  | { readonly does: "start"; readonly key: string; readonly version: number }
  /** `attempts` are those counted so far. */
  | { readonly does: "fail"; readonly attempts: number }
);

export interface ReplicaProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where it answers the operator API. */
  readonly url: string;
  readonly exited: Promise<number>;
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
}

const program = resolve(import.meta.dir, "programs/sink-replica.ts");

/** Starts one replica of the sink as a process; resolves once it has started its loops. */
export async function startReplicaProcess(
  world: SinkWorld,
  behaviour: ReplicaBehaviour = {},
  env: Readonly<Record<string, string>> = {},
): Promise<ReplicaProcess> {
  const child = Bun.spawn([process.execPath, program], {
    env: {
      ...process.env,
      DATABASE_URL: world.databaseUrl,
      NATS_URL: world.nats.url,
      BEHAVIOUR: JSON.stringify(behaviour),
      ...env,
    },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const first = await reader.read();
  if (first.done) throw new Error("the replica ended before it started");
  // Read on, or a full pipe would stop the replica.
  void (async () => {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (process.env.REPLICA_LOGS) process.stderr.write(`${child.pid} ${decoder.decode(value)}`);
    }
  })();

  return {
    pid: child.pid,
    url: new TextDecoder().decode(first.value).trim().split(" ").at(-1) ?? "",
    exited: child.exited,
    signal: (name) => child.kill(name),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
