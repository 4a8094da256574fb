import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Lock, tryLock } from "../infrastructure/lock.ts";
import { isFree } from "../infrastructure/ports.ts";
import { type Infrastructure, startInfrastructure } from "../infrastructure.ts";
import { ADDRESS_FILE, KEEPER_DIRECTORY, type KeeperAddress } from "./protocol.ts";
import { scratchDirectory } from "./scratch.ts";
import { listenForUsers, type Users } from "./users.ts";

/**
 * The program that owns the tests' servers. Each process that runs tests holds a connection to it;
 * the kernel closes that with the process, however it ends, and when the last one is closed the
 * keeper stops the servers and goes.
 */

// A predecessor that is still stopping its servers is waited for.
const LOCK_DEADLINE_MS = 30_000;
const LOCK_POLL_MS = 20;
const FIRST_USER_DEADLINE_MS = 10_000;
/** Never that of a keeper before, whose servers may still be stopping. */
const DIRECTORY = join(scratchDirectory(), `servers-${crypto.randomUUID()}`);

if (import.meta.main) {
  await keep();
  process.exit(0);
}

async function keep(): Promise<void> {
  mkdirSync(KEEPER_DIRECTORY, { recursive: true });
  const lock = await becomeKeeper();
  if (!lock) return;

  const secret = crypto.randomUUID();
  const users = listenForUsers({ secret, firstUserDeadlineMs: FIRST_USER_DEADLINE_MS });
  announce({ port: users.port, secret });
  const servers = await serve(users);
  await users.allGone;

  // Whoever comes now finds nobody, and starts a keeper that waits for this one's lock.
  rmSync(ADDRESS_FILE, { force: true });
  users.close();
  await servers?.stop();
  rmSync(DIRECTORY, { recursive: true, force: true });
  lock.release();
  users.releaseLeaving();
}

/** The keeper's lock; undefined when another keeper already serves. */
async function becomeKeeper(): Promise<Lock | undefined> {
  const giveUpAt = Date.now() + LOCK_DEADLINE_MS;
  while (Date.now() < giveUpAt) {
    const lock = tryLock(`${KEEPER_DIRECTORY}/keeper.lock`);
    if (lock || (await otherServes())) return lock;
    await Bun.sleep(LOCK_POLL_MS);
  }
  return undefined;
}

async function otherServes(): Promise<boolean> {
  if (!existsSync(ADDRESS_FILE)) return false;
  const { port }: KeeperAddress = JSON.parse(readFileSync(ADDRESS_FILE, "utf8"));
  return !(await isFree(port));
}

function announce(address: KeeperAddress): void {
  const unfinished = `${ADDRESS_FILE}.new`;
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, JSON.stringify(address), { mode: 0o600 });
  renameSync(unfinished, ADDRESS_FILE);
}

async function serve(users: Users): Promise<Infrastructure | undefined> {
  const progress = (text: string) => users.tell({ progress: text });
  try {
    progress("starting Postgres and nats-server for the tests");
    const servers = await startInfrastructure({
      dataDir: dirname(DIRECTORY),
      purpose: basename(DIRECTORY),
      durable: false,
      throwAway: true,
      report: {
        log: progress,
        onProgress: ({ what, doneBytes, totalBytes }) =>
          progress(`${what}: ${doneBytes}${totalBytes ? ` of ${totalBytes}` : ""} bytes`),
      },
    });
    users.tell({ ready: { databaseUrl: servers.databaseUrl, natsUrl: servers.natsUrl } });
    return servers;
  } catch (error) {
    users.tell({ failed: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
