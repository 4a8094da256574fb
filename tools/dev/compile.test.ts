import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collector } from "@app/platform/testing/collector.ts";
import { cloneOf, temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import postgres from "postgres";
import { compile } from "./compile.ts";
import { freePort } from "./infrastructure/ports.ts";

const compileLimitMs = 60_000;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "executable-"));
  program = join(folder, "quickbite-orders");
  await compile({ service: "orders", outfile: program });
}, compileLimitMs);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a single executable", () => {
  test("is one file", () => {
    expect(readdirSync(folder)).toEqual(["quickbite-orders"]);
  });

  test("makes its tables and streams, takes orders, tells a collector, and stops when told to", async () => {
    await using database = await cloneOf("empty", []);
    await using broker = await temporaryBroker();
    using told = collector();
    const port = await freePort();
    const env = {
      DATABASE_URL: database.url,
      NATS_URL: broker.url,
      AUTH: "optional",
      PORT: String(port),
      METRICS_PORT: "0",
      OTEL_EXPORTER_OTLP_ENDPOINT: told.endpoint,
    };
    // Nothing of this machine's is of use to it: no repository around it, no Bun on its path.
    const run = (...args: string[]) =>
      Bun.spawn([program, ...args], { cwd: folder, env, stdout: "ignore", stderr: "ignore" });
    const url = `http://127.0.0.1:${port}`;

    expect(await run("migrate").exited).toBe(0);
    const service = run();
    try {
      await eventually(async () => (await fetch(`${url}/readyz`)).ok);
      const answer = await fetch(`${url}/v1/orders`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ userId: "ada", sku: "burger", quantity: 1 }),
      });

      expect(answer.status).toBe(202);
      expect(await answer.json()).toEqual({ id: 1 });
      // Asked again and again: a batch of spans that a busy machine takes too late is lost.
      await eventually(async () => {
        await fetch(`${url}/v1/orders/1`);
        expect(told.spans.map(({ name }) => name)).toContain("GET /v1/orders/:id");
      });
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    } finally {
      service.kill("SIGKILL");
    }
  }, 60_000);

  test("of qb looks at everything, backs a database up and makes it anew elsewhere, by the migrations that it holds", async () => {
    await using there = await temporaryFolder();
    await compile({ service: "qb", outfile: join(there.path, "quickbite-qb") });
    await using database = await temporaryDatabase("orders");
    await using empty = await cloneOf("empty", []);
    await using broker = await temporaryBroker();
    const run = async (url: string, ...args: string[]) => {
      const env = { ORDERS_DATABASE_URL: url, NATS_URL: broker.url };
      const qb = Bun.spawn([join(there.path, "quickbite-qb"), ...args], {
        cwd: there.path,
        env,
        stdout: "pipe",
        stderr: "ignore",
      });
      const answer = await new Response(qb.stdout).text();
      return { code: await qb.exited, answer };
    };

    const looked = await run(database.url, "--json", "doctor");
    // Nothing of a checkout, which it has none of.
    expect(JSON.parse(looked.answer)).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ about: "nats-server", state: "ok" }),
      ]),
    });
    expect(looked.answer).not.toContain(".quickbite");

    const migrating = Bun.spawn([program, "migrate"], {
      env: { DATABASE_URL: database.url, NATS_URL: broker.url },
      stdout: "ignore",
    });
    expect(await migrating.exited).toBe(0);
    const backup = await run(database.url, "backup", "a", "--services", "orders");
    expect(backup.code).toBe(0);
    expect((await run(empty.url, "restore", "a", "--only", "databases")).code).toBe(0);

    const sql = postgres(empty.url, { max: 1 });
    expect(await sql`select count(*)::int as count from orders`).toEqual(
      expect.objectContaining([{ count: 0 }]),
    );
    await sql.end();
  }, 120_000);
});

async function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "executable-"));
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true }) };
}
