import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ADDRESS_FILE,
  encode,
  KEEPER_DIRECTORY,
  type KeeperAddress,
  type KeeperMessage,
  messagesInto,
  type TestServers,
} from "./test-infrastructure/protocol.ts";

/** A share in the tests' servers, which run for as long as anybody holds one. */
export interface TestInfrastructure extends TestServers {
  /** Gives the share back, and waits for the servers' end when it was the last one. */
  leave(): Promise<void>;
}

// A first start may have to download.
const READY_DEADLINE_MS = 300_000;
// A keeper answers at once; a stranger that got the port of one that was killed may not.
const FIRST_WORD_DEADLINE_MS = 5_000;
const KEEPER_POLL_MS = 20;
const KEEPER_STARTS_MAX = 5;
const PROGRESS_AFTER_MS = 1_000;
const LOG_FILE = join(KEEPER_DIRECTORY, "keeper.log");

/**
 * Joins the servers that all test processes of this repository share, and starts them when nobody
 * has yet. The share ends with this process at the latest, also by kill -9.
 */
export async function joinTestInfrastructure(): Promise<TestInfrastructure> {
  const startedAt = Date.now();
  const show = (text: string) => {
    if (Date.now() - startedAt > PROGRESS_AFTER_MS) console.error(text);
  };
  let keeper: ChildProcess | undefined;
  let starts = 0;
  while (Date.now() - startedAt < READY_DEADLINE_MS && starts <= KEEPER_STARTS_MAX) {
    const joined = await joinRunning(show);
    if (joined) return joined;
    // One that ended has found that another process serves already, or has failed.
    if (keeper === undefined || keeper.exitCode !== null) {
      keeper = startKeeper();
      starts += 1;
    }
    await Bun.sleep(KEEPER_POLL_MS);
  }
  throw new Error(`the servers for the tests did not come up; see ${LOG_FILE}`);
}

function startKeeper(): ChildProcess {
  mkdirSync(KEEPER_DIRECTORY, { recursive: true });
  const log = openSync(LOG_FILE, "a", 0o600);
  try {
    const keeper = spawn(
      process.execPath,
      [join(import.meta.dir, "test-infrastructure/keeper.ts")],
      // Its own session, so that a Ctrl-C ends the tests first and the servers after them.
      { cwd: "/", detached: true, stdio: ["ignore", log, log], env: keeperEnvironment() },
    );
    keeper.unref();
    return keeper;
  } finally {
    closeSync(log);
  }
}

/** The keeper always runs servers of its own: those named by variables need no keeper. */
function keeperEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, NATS_URL: _nats, ...environment } = process.env;
  return environment;
}

/** Joins a keeper that runs; undefined when there is none, or when it goes away meanwhile. */
async function joinRunning(show: (text: string) => void): Promise<TestInfrastructure | undefined> {
  const address = readAddress();
  if (!address) return undefined;
  const ready = Promise.withResolvers<TestServers | undefined>();
  const goodbye = Promise.withResolvers<void>();
  let answered = false;
  const take = messagesInto<KeeperMessage>((message) => {
    answered = true;
    if ("progress" in message) show(message.progress);
    if ("ready" in message) ready.resolve(message.ready);
    if ("failed" in message) ready.reject(new Error(message.failed));
  });
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: address.port,
    socket: {
      data: (_, chunk) => take(chunk),
      error: () => ready.resolve(undefined),
      close() {
        ready.resolve(undefined);
        goodbye.resolve();
      },
    },
  }).catch(() => undefined); // Nobody listens: the keeper that wrote the address is gone.
  if (!socket) return undefined;

  socket.write(encode({ secret: address.secret }));
  const stranger = setTimeout(() => answered || ready.resolve(undefined), FIRST_WORD_DEADLINE_MS);
  const servers = await ready.promise.finally(() => clearTimeout(stranger));
  if (!servers) {
    socket.end();
    return undefined;
  }
  // A test run ends when its tests have, whatever connections are still open.
  socket.unref();
  return {
    ...servers,
    async leave() {
      socket.ref();
      socket.write(encode({ leaving: true }));
      await goodbye.promise;
    },
  };
}

function readAddress(): KeeperAddress | undefined {
  if (!existsSync(ADDRESS_FILE)) return undefined;
  try {
    return JSON.parse(readFileSync(ADDRESS_FILE, "utf8"));
  } catch (error) {
    // A keeper that ends removes the file; one that begins renames it into place whole.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
