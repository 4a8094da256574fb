import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import postgres from "postgres";
import { identify, isAlive, type ProcessIdentity } from "./infrastructure/process-tree.ts";
import type { TestServers } from "./test-infrastructure/protocol.ts";

const USER = join(import.meta.dir, "test-infrastructure/fixtures/user.ts");

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "quickbite-"));
  chmodSync(dataDir, 0o755);
});
afterAll(() => rmSync(dataDir, { recursive: true }));

describe("joinTestInfrastructure", () => {
  test("several that come at once share one set of servers, which lasts until the last is gone", async () => {
    const [first, second, third] = await Promise.all([user(), user(), user()]);
    const server = await serverProcess(first.servers);
    expect(second.servers).toEqual(first.servers);
    expect(third.servers).toEqual(first.servers);

    first.process.kill("SIGKILL");
    second.process.kill("SIGTERM");
    await Promise.all([first.process.exited, second.process.exited]);
    expect(await answers(third.servers)).toBe(true);

    third.process.kill("SIGKILL");
    await eventually(() => !isAlive(server));
  });

  test("whoever leaves last in good order sees the servers gone", async () => {
    const only = await user();
    const server = await serverProcess(only.servers);

    only.process.kill("SIGTERM");
    await only.process.exited;

    expect(isAlive(server)).toBe(false);
  });

  test("one that comes while the servers stop gets new ones", async () => {
    const before = await user();
    before.process.kill("SIGKILL");
    await before.process.exited;

    const after = await user();

    expect(await answers(after.servers)).toBe(true);
    after.process.kill("SIGTERM");
    await after.process.exited;
  });
});

async function user(): Promise<{ process: Bun.Subprocess; servers: TestServers }> {
  const started = Bun.spawn([process.execPath, USER], {
    env: { ...process.env, QUICKBITE_DATA_DIRECTORY: dataDir },
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await started.stdout.getReader().read();
  return { process: started, servers: JSON.parse(new TextDecoder().decode(value)) };
}

async function serverProcess({ databaseUrl }: TestServers): Promise<ProcessIdentity> {
  const client = postgres(databaseUrl, { max: 1 });
  const [place] = await client<{ directory: string }[]>`
    SELECT current_setting('data_directory') AS directory`;
  await client.end();
  const pidFile = join(place?.directory ?? "", "postmaster.pid");
  const server = identify(Number.parseInt(readFileSync(pidFile, "utf8"), 10));
  if (!server) throw new Error("Postgres does not run");
  return server;
}

async function answers({ databaseUrl }: TestServers): Promise<boolean> {
  const client = postgres(databaseUrl, { max: 1 });
  try {
    return (await client`SELECT 1`).length === 1;
  } finally {
    await client.end();
  }
}
