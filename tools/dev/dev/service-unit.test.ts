import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import { freePort } from "../infrastructure/ports.ts";
import { serviceUnit } from "./service-unit.ts";

/** Asks on its own port, where somebody else answers, and says that it serves only when it may. */
const program = `
  for (let asked = 0; asked < 20; asked += 1)
    await (await fetch("http://127.0.0.1:" + process.env.PORT + "/readyz")).text();
  console.log("somebody answers");
  while (!(await Bun.file("go").exists())) await Bun.sleep(5);
  console.log(JSON.stringify({ level: "info", message: "ready" }));
  setInterval(() => undefined, 1_000);
`;

test("a service is not ready because somebody else answers on its port", async () => {
  const repository = mkdtempSync(join(tmpdir(), "dev-unit-"));
  mkdirSync(join(repository, "services", "orders"), { recursive: true });
  writeFileSync(join(repository, "services", "orders", "main.ts"), program);
  using stranger = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ status: "ok", checks: {} }),
  });
  const ports = { main: stranger.port ?? 0, metrics: await freePort() };
  const lines: string[] = [];
  const unit = serviceUnit(
    { name: "orders", service: "orders", ports },
    {
      repository,
      directory: repository,
      databaseUrl: "postgres://127.0.0.1/none",
      natsUrl: "nats://127.0.0.1:1",
      environment: {},
      onLine: (_, line) => lines.push(line),
      onChange: () => undefined,
      stopping: new AbortController().signal,
    },
  );
  try {
    await eventually(() => expect(lines).toContain("somebody answers"));
    expect(unit.status.state).toBe("starting");

    writeFileSync(join(repository, "go"), "");
    await unit.firstReady;

    expect(unit.status.state).toBe("ready");
  } finally {
    await unit.kill();
    await unit.end();
    rmSync(repository, { recursive: true, force: true });
  }
}, 60_000);
