import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import postgres from "postgres";
import {
  commandOf,
  descendants,
  identify,
  isAlive,
  type ProcessIdentity,
} from "./infrastructure/process-tree.ts";
import { findNats, type Infrastructure, startInfrastructure } from "./infrastructure.ts";

const NOBODY = 65534;
const STARTER = join(import.meta.dir, "infrastructure/fixtures/starter.ts");

const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
const isRoot = process.getuid?.() === 0;
const nobodyMayEnter =
  isRoot &&
  Bun.spawnSync([...AS_NOBODY, "test", "-r", STARTER, "-a", "-x", process.execPath]).success;

// One for all tests: making a Postgres takes a second, starting it again an instant.
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "quickbite-"));
  chmodSync(dataDir, 0o755);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const start = () => startInfrastructure({ dataDir, purpose: "test" });

describe("startInfrastructure", () => {
  test("starts durable servers, stops them, and finds the data again", async () => {
    const first = await start();
    await query(first, "CREATE TABLE kept AS SELECT 1 AS id");
    expect(await query(first, "SHOW fsync")).toEqual([{ fsync: "on" }]);
    await first.stop();
    expect(await first.postgres?.exited).toEqual({ code: 0, signal: null });
    expect(await first.nats[0]?.exited).toBeDefined();

    await using second = await start();

    expect(await query(second, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
  });

  test("takes other ports when the usual ones are taken, and says so", async () => {
    using taken = listener();
    using alsoTaken = listener();
    const lines: string[] = [];

    await using servers = await startInfrastructure({
      dataDir,
      purpose: "test",
      ports: { postgres: taken.port, nats: alsoTaken.port },
      report: { log: (line) => lines.push(line) },
    });

    expect(servers.postgres?.port).not.toBe(taken.port);
    expect(lines).toContain(
      `port ${taken.port} is taken: Postgres listens on ${servers.postgres?.port}`,
    );
    expect(await query(servers, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("a second run on the same directory is told who has it, and harms nothing", async () => {
    await using first = await start();

    await expect(start()).rejects.toThrow(`is in use: process ${process.pid} `);

    expect(await query(first, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("a killed Postgres starts again on its port with what was committed", async () => {
    await using servers = await start();
    await query(servers, "CREATE TABLE survivors AS SELECT 1 AS id");

    await servers.postgres?.kill();
    await servers.postgres?.restart();

    expect(await query(servers, "SELECT id FROM survivors")).toEqual([{ id: 1 }]);
  });

  test("a paused Postgres answers nobody until it is resumed", async () => {
    await using servers = await start();
    const client = postgres(servers.databaseUrl, { max: 1 });
    await client`SELECT 1`;

    servers.postgres?.pause();
    const answer = client`SELECT 1`.execute().then(() => "answered");
    expect(await Promise.race([answer, Bun.sleep(50).then(() => "silent")])).toBe("silent");
    servers.postgres?.resume();

    expect(await answer).toBe("answered");
    await client.end();
  });

  test("kill -9 of the starter leaves no server behind, and the next start finds the data", async () => {
    const { starter, servers } = await startElsewhere();

    starter.kill("SIGKILL");

    await eventually(() => servers.every((server) => !isAlive(server)));
    await using next = await start();
    expect(await query(next, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("kill -9 of starter and watchdog at once: the next start ends the orphans first", async () => {
    const { starter, servers, watchdog } = await startElsewhere();

    starter.kill("SIGSTOP"); // It would replace the watchdog.
    process.kill(watchdog, "SIGKILL");
    starter.kill("SIGKILL");
    await starter.exited;
    await using next = await start();

    expect(servers.some(isAlive)).toBe(false);
    expect(await query(next, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test.skipIf(!nobodyMayEnter)("works for a plain user", async () => {
    Bun.spawnSync(["chown", "-R", `${NOBODY}:${NOBODY}`, dataDir]);
    const { starter, servers, url } = await startElsewhere(AS_NOBODY);

    expect(await query({ databaseUrl: url }, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    starter.kill("SIGKILL");
    await eventually(() => servers.every((server) => !isAlive(server)));
  });

  test.skipIf(!isRoot)("works for root where only root may enter", async () => {
    chmodSync(dataDir, 0o700);

    await using servers = await start();

    expect(await query(servers, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

async function query(
  { databaseUrl }: Pick<Infrastructure, "databaseUrl">,
  text: string,
): Promise<Record<string, unknown>[]> {
  const client = postgres(databaseUrl, { max: 1 });
  try {
    return [...(await client.unsafe(text))].map((row) => ({ ...row }));
  } finally {
    await client.end();
  }
}

/** Servers started by another process, which the test may then kill. */
async function startElsewhere(prefix: readonly string[] = []): Promise<{
  starter: Bun.Subprocess;
  servers: ProcessIdentity[];
  watchdog: number;
  url: string;
}> {
  // Where every user can read it.
  const binary = join(dataDir, "nats-server");
  const nats = await findNats();
  if ("path" in nats && !existsSync(binary)) copyFileSync(nats.path, binary);
  const starter = Bun.spawn([...prefix, process.execPath, STARTER, dataDir], {
    env: { ...process.env, NATS_SERVER_BIN: binary, HOME: dataDir },
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await starter.stdout.getReader().read();
  const line = new TextDecoder().decode(value);
  const { pids, databaseUrl }: { pids: number[]; databaseUrl: string } = JSON.parse(line);
  const servers = pids.map(identify).filter((server) => server !== undefined);
  expect(servers).toHaveLength(2);
  return { starter, servers, watchdog: watchdogOf(starter.pid), url: databaseUrl };
}

function watchdogOf(starter: number): number {
  const watchdog = descendants(starter).find((pid) => commandOf(pid).includes("watchdog.ts"));
  if (watchdog === undefined) throw new Error(`process ${starter} has no watchdog`);
  return watchdog;
}

function listener(): { port: number } & Disposable {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: () => undefined },
  });
  return { port: server.port, [Symbol.dispose]: () => server.stop(true) };
}
