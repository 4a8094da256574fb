import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { readConfig } from "@app/platform/config.ts";
import { cloneOf } from "@app/platform/testing/database.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { DCLinter } from "dclint";
import postgres from "postgres";
import {
  type ComposeService,
  composeFile,
  environmentFile,
  environmentOf,
  settingsOf,
} from "./compose-file.ts";
import {
  services as names,
  programNames,
  programs,
  strangers,
  unknownSettings,
} from "./programs.ts";
import { isFile, root } from "./repository.ts";

const file = composeFile();
const { services } = file;
/** As an installation runs it. */
const full = composeFile("compose.yaml", environmentFile("deploy/compose/full.env"));

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
    for (const [of, service] of [
      [file, serviceNamed(name)],
      [file, serviceNamed(`${name}-migrate`)],
      [full, full.services[name]],
      [full, full.services[`${name}-migrate`]],
    ] as const) {
      if (service === undefined) throw new Error(`there is no ${name}`);
      const env = settingsOf(of, service);

      expect(unknownSettings(name, env)).toEqual([]);
      // The secrets for development, which production refuses, stand in for those of an installation.
      expect(() => readConfig(programs[name].schema, strangers(env))).not.toThrow();
    }
  });

  test("configures web completely and with nothing unknown, to find every service where it is", () => {
    const env = environmentOf(serviceNamed("web"));

    expect(unknownSettings("web", env)).toEqual([]);
    for (const name of names) {
      const { PORT } = programs[name].ports;
      expect(readConfig(programs.web.schema, env)).toMatchObject({
        [`${name.toUpperCase()}_URL`]: [`http://${name}:${PORT}`],
      });
    }
  });

  test.each(programNames)("gives %s the ports of the contract, on this machine only", (name) => {
    const service = serviceNamed(name);
    const { ports } = programs[name];

    expect(readConfig(programs[name].schema, settingsOf(file, service))).toMatchObject(ports);
    expect(service.ports).toEqual(Object.values(ports).map((port) => `127.0.0.1:${port}:${port}`));
  });

  test.each(programNames)("listens for %s where other containers reach it", (name) => {
    expect(environmentOf(serviceNamed(name)).HOST).toBe("0.0.0.0");
  });

  test.each(programNames)("asks %s itself whether it is ready", (name) => {
    const service = serviceNamed(name);
    const [how, bun, script = "", port] = service.healthcheck?.test ?? [];

    expect([how, bun]).toEqual(["CMD", "/usr/local/bin/bun"]);
    expect(isFile(normalize(join(workspaceOf(service), script)))).toBe(true);
    expect(Number(port)).toBe(Number(programs[name].ports.PORT));
  });

  test.each(names)("starts %s after its servers are healthy and its job is done", (name) => {
    const healthy = { condition: "service_healthy", required: true };
    // Nodes that only the full form has.
    const healthyIfThere = { condition: "service_healthy", required: false };
    const servers = {
      postgres: healthy,
      nats: healthy,
      "nats-2": healthyIfThere,
      "nats-3": healthyIfThere,
    };

    expect(serviceNamed(`${name}-migrate`).depends_on).toEqual(servers);
    expect(serviceNamed(name).depends_on).toEqual({
      ...servers,
      [`${name}-migrate`]: { condition: "service_completed_successfully", required: true },
    });
  });

  test("waits only for what is there and can be healthy, and started with it", () => {
    for (const { depends_on, profiles } of Object.values(services)) {
      for (const [name, { condition, required }] of Object.entries(depends_on)) {
        const other = serviceNamed(name);
        expect(other.healthcheck !== undefined).toBe(condition === "service_healthy");
        if (required && profiles.length === 0) expect(other.profiles).toEqual([]);
      }
    }
  });

  test("runs programs that exist", () => {
    const built = Object.values(services).filter(({ build }) => build);

    // Each program, the job that prepares its database where it has one, and qb.
    expect(built).toHaveLength(programNames.length + names.length + 1);
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
      const { DATABASE_MIGRATE_URL: _owner, ...settings } = settingsOf(file, job);
      const env = { ...settings, DATABASE_URL: database.url, NATS_URL: broker.url };
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

  test("lets Postgres have as many connections as its callers open", () => {
    const max = Number(
      /max_connections=(\d+)/.exec(serviceNamed("postgres").command.join(" "))?.[1],
    );
    // Ten for calls, four of the core and the leader's lock, of each; and as much again for a second replica.
    expect(max).toBeGreaterThanOrEqual(2 * 15 * names.length + 10);
  });

  test("names servers by exact version", () => {
    const foreign = Object.values(services).filter(({ build }) => !build);

    for (const { image } of foreign)
      expect(image).toMatch(/^(?:[a-z]+\/)?[a-z]+:v?\d+\.\d+(?:\.\d+)?(?:-alpine)?$/);
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
