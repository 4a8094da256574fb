import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "@app/dev/infrastructure/managed-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";

/** What to do where there is none. */
export const redisAdvice = "BullMQ needs redis-server, which `apt install redis-server` installs.";

const startDeadlineMs = 10_000;
const stopGraceMs = 5_000;

/** Where the program is; undefined where it is not installed. */
export const findRedis = (): string | undefined => Bun.which("redis-server") ?? undefined;

/**
 * A Redis on 127.0.0.1 that writes every command to disk before it answers, as Postgres does with a
 * commit, and evicts nothing. It is gone with its data at the end of the scope.
 */
export async function startRedis(
  program: string,
  directory: string,
): Promise<AsyncDisposable & { readonly url: string; readonly pid: number }> {
  const data = join(directory, "data");
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const server = await startServer({
    name: "Redis",
    port,
    logFile: join(directory, "redis.log"),
    command: [
      program,
      ...["--bind", "127.0.0.1", "--port", String(port), "--dir", data, "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"],
    ],
    stopSignal: "SIGTERM",
    stopGraceMs,
    startDeadlineMs,
    isReady: () => answers(port),
    throwAway: directory,
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: server.pid,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data: (_, chunk) => resolve(chunk.toString()), close: () => resolve("") },
  });
  socket.write("PING\r\n");
  const answer = await promise;
  socket.end();
  return answer.startsWith("+PONG");
}
