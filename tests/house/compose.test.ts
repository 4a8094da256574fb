import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { BookingsConfig } from "@app/bookings/config.ts";
import { EventsConfig } from "@app/events/config.ts";
import { InventoryConfig } from "@app/inventory/config.ts";
import { OrdersConfig } from "@app/orders/config.ts";
import { readConfig } from "@app/platform/config.ts";
import { devSigningKeySecret } from "@app/platform/signing-key-secret.ts";
import { cloneOf } from "@app/platform/testing/database.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { UsersConfig } from "@app/users/config.ts";
import { WebConfig } from "@app/web/config.ts";
import { DCLinter } from "dclint";
import postgres from "postgres";
import type { z } from "zod";
import { type ComposeService, composeFile, environmentOf } from "./compose-file.ts";
import { isFile, root, textOf } from "./repository.ts";

const { services, volumes, configs } = composeFile();

interface Program {
  readonly schema: z.ZodObject;
  readonly ports: Readonly<Record<string, number>>;
}

/** Our programs: what configures them, and the ports that people's scripts use. */
const orders: Program = { schema: OrdersConfig, ports: { PORT: 8080, METRICS_PORT: 9100 } };
const inventory: Program = {
  schema: InventoryConfig,
  ports: { PORT: 8090, GRPC_PORT: 9090, METRICS_PORT: 9101 },
};
const events: Program = { schema: EventsConfig, ports: { PORT: 8181, METRICS_PORT: 9102 } };
const bookings: Program = { schema: BookingsConfig, ports: { PORT: 8282, METRICS_PORT: 9103 } };
const users: Program = { schema: UsersConfig, ports: { PORT: 8383, METRICS_PORT: 9104 } };
const web: Program = { schema: WebConfig, ports: { PORT: 3000, METRICS_PORT: 9105 } };
const programs = { orders, inventory, events, bookings, users, web } as const;
/** Those with a database of their own, which a job prepares. */
const names = ["orders", "inventory", "events", "bookings", "users"] as const;
const allNames = [...names, "web"] as const;

/** Two processes in turn, on a machine that runs other tests beside this one. */
const jobsLimitMs = 60_000;

const serviceNamed = (name: string): ComposeService => {
  const service = services[name];
  if (!service) throw new Error(`compose.yaml has no service ${name}`);
  return service;
};
const workspaceOf = ({ build }: ComposeService) => build?.args.WORKSPACE ?? "";

describe("compose.yaml", () => {
  test("is valid by the Compose Specification", () => {
    expect(complaintsAbout(join(root, "compose.yaml"))).toEqual([]);
  });

  test.each([
    ["an unknown key", "services: {a: {image: a:1.0.0, bogus: 1}}"],
    ["an unknown condition", "services: {a: {image: a:1.0.0, depends_on: {b: {condition: up}}}}"],
    [
      "a port twice",
      `services: {a: {image: a:1.0.0, ports: ["127.0.0.1:80:1", "127.0.0.1:80:2"]}}`,
    ],
    ["a port for everybody", `services: {a: {image: a:1.0.0, ports: ["80:80"]}}`],
  ])("would be caught with %s", (_, text) => {
    expect(complaintsAboutText(text).length).toBeGreaterThan(0);
  });

  test.each(names)("configures %s, and its job, completely and with nothing unknown", (name) => {
    const { schema } = programs[name];
    for (const service of [serviceNamed(name), serviceNamed(`${name}-migrate`)]) {
      const env = environmentOf(service);
      // NODE_ENV is the runtime's own; every other setting stands in the schema.
      const unknown = Object.keys(env).filter(
        (key) => !(key in schema.shape) && key !== "NODE_ENV",
      );

      expect(unknown).toEqual([]);
      expect(() => readConfig(schema, env)).not.toThrow();
    }
  });

  test("configures web completely and with nothing unknown, to find every service where it is", () => {
    const env = environmentOf(serviceNamed("web"));
    const unknown = Object.keys(env).filter(
      (key) => !(key in WebConfig.shape) && key !== "NODE_ENV",
    );

    expect(unknown).toEqual([]);
    for (const name of names) {
      const { PORT } = programs[name].ports;
      expect(readConfig(WebConfig, env)).toMatchObject({
        [`${name.toUpperCase()}_URL`]: [`http://${name}:${PORT}`],
      });
    }
  });

  test.each(allNames)("gives %s the ports of the contract, on this machine only", (name) => {
    const service = serviceNamed(name);
    const { ports } = programs[name];

    expect(readConfig(programs[name].schema, environmentOf(service))).toMatchObject(ports);
    expect(service.ports).toEqual(Object.values(ports).map((port) => `127.0.0.1:${port}:${port}`));
  });

  test.each(allNames)("listens for %s where other containers reach it", (name) => {
    expect(environmentOf(serviceNamed(name)).HOST).toBe("0.0.0.0");
  });

  test.each(allNames)("asks %s itself whether it is ready", (name) => {
    const service = serviceNamed(name);
    const [how, bun, script = "", port] = service.healthcheck?.test ?? [];

    expect([how, bun]).toEqual(["CMD", "/usr/local/bin/bun"]);
    expect(isFile(normalize(join(workspaceOf(service), script)))).toBe(true);
    expect(Number(port)).toBe(Number(programs[name].ports.PORT));
  });

  test.each(names)("starts %s after its servers are healthy and its job is done", (name) => {
    const healthy = { condition: "service_healthy" };

    expect(serviceNamed(`${name}-migrate`).depends_on).toEqual({
      postgres: healthy,
      nats: healthy,
    });
    expect(serviceNamed(name).depends_on).toEqual({
      postgres: healthy,
      nats: healthy,
      [`${name}-migrate`]: { condition: "service_completed_successfully" },
    });
  });

  test("waits only for what is there and can be healthy", () => {
    for (const { depends_on } of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const { healthcheck } = serviceNamed(name);
        expect(healthcheck !== undefined).toBe(condition === "service_healthy");
      }
    }
  });

  test("runs programs that exist", () => {
    const built = Object.values(services).filter(({ build }) => build);

    // Each program, and the job that prepares its database where it has one.
    expect(built).toHaveLength(allNames.length + names.length);
    for (const service of built) {
      expect(isFile(`${workspaceOf(service)}/main.ts`)).toBe(true);
      expect(service.build?.context).toBe(".");
      expect(isFile(service.build?.dockerfile ?? "")).toBe(true);
    }
  });

  test.each(names)(
    "prepares an empty database for %s by its job, and may do so again",
    async (name) => {
      await using database = await cloneOf("empty", []);
      await using broker = await temporaryBroker();
      const job = serviceNamed(`${name}-migrate`);
      const env = { ...environmentOf(job), DATABASE_URL: database.url, NATS_URL: broker.url };
      const run = () =>
        Bun.spawn([process.execPath, "main.ts", ...job.command], {
          cwd: join(root, workspaceOf(job)),
          env,
          stdout: "ignore",
        }).exited;

      const first = await run();
      const second = await run();

      expect([first, second]).toEqual([0, 0]);
      expect(await tablesOf(database.url)).toContain("outbox");
    },
    jobsLimitMs,
  );

  test("creates every database that a service is told of", () => {
    const created = configs.databases?.content.match(/(?<=CREATE DATABASE )\w+/g);
    const wanted = names.map((name) =>
      new URL(environmentOf(serviceNamed(name)).DATABASE_URL ?? "").pathname.slice(1),
    );

    expect(created?.toSorted()).toEqual(wanted.toSorted());
  });

  test("keeps data in named volumes", () => {
    const used = Object.values(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(":")[0] ?? ""),
    );

    expect(used.toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  test("holds no password but the development default, which the environment replaces", () => {
    const defaults = new RegExp(`\\$\\{\\w+:-(?:quickbite|${devSigningKeySecret})\\}`, "g");
    const written = textOf("compose.yaml").replace(defaults, "");

    expect(written.match(/\w*(?:PASSWORD|SECRET|TOKEN)\w*: *\S+/g) ?? []).toEqual([]);
    expect(written.match(/:\/\/[^\s/@]*:[^\s/@]+@/g) ?? []).toEqual([]);
  });

  test("names servers by exact version", () => {
    const foreign = Object.values(services).filter(({ build }) => !build);

    for (const { image } of foreign)
      expect(image).toMatch(/^[a-z]+:\d+\.\d+(?:\.\d+)?(?:-alpine)?$/);
  });
});

async function tablesOf(url: string): Promise<readonly string[]> {
  const client = postgres(url, { max: 1 });
  try {
    const rows = await client<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public'`;
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** The rules of the specification's schema, and those of the linter's that prevent accidents. */
const heeded = new Set([
  "invalid-schema",
  "invalid-yaml",
  "no-duplicate-container-names",
  "no-duplicate-exported-ports",
  "no-unbound-port-interfaces",
  "no-version-field",
]);

function complaintsAbout(path: string): readonly string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const results = linter.lintFiles([path], false);
  if (results.length !== 1) throw new Error(`${path} was not linted`);
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => heeded.has(rule))
    .map(({ rule, message, line }) => `${line}: ${rule}: ${message}`);
}

function complaintsAboutText(text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "compose-"));
  try {
    const path = join(folder, "compose.yaml");
    // The linter reads files only.
    writeFileSync(path, text);
    return complaintsAbout(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
