import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { readConfig } from "@app/platform/config.ts";
import { devSigningKeySecret } from "@app/platform/signing-key-secret.ts";
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
import { isFile, repositoryFiles, root, textOf } from "./repository.ts";

const file = composeFile();
const { services, volumes, configs, secrets, networks } = file;
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

  test("creates every database that a service is told of, and its two roles", () => {
    const roles = textOf("deploy/compose/development/postgres-roles.sql");
    const created = [...roles.matchAll(/^CREATE DATABASE (\w+) OWNER (\w+)/gm)];
    const wanted = names.map((name) => {
      const job = settingsOf(file, serviceNamed(`${name}-migrate`));
      const [user, owner] = [
        new URL(job.DATABASE_URL ?? ""),
        new URL(job.DATABASE_MIGRATE_URL ?? ""),
      ];
      expect(user.pathname).toBe(owner.pathname);
      expect(roles).toContain(`CREATE ROLE ${user.username} LOGIN`);
      return [user.pathname.slice(1), owner.username];
    });

    expect(created.map(([, database, owner]) => [database, owner])).toEqual(
      expect.arrayContaining(wanted),
    );
    expect(created).toHaveLength(wanted.length);
  });

  test("keeps the owner's role from what answers calls", () => {
    for (const name of names) {
      const given = serviceNamed(name).secrets.map(({ source }) => source);
      expect(given).not.toContain(`${name}-owner-database-url`);
      expect(given.filter((secret) => secret.includes("database"))).toEqual([
        `${name}-database-url`,
      ]);
    }
  });

  test("lets nobody but jobs make streams, and gives everybody else a key of its own", () => {
    for (const name of names) {
      const keysOf = (service: string) =>
        serviceNamed(service)
          .secrets.map(({ source }) => source)
          .filter((source) => source.endsWith("-nkey"));

      expect(keysOf(name)).toEqual([`${name}-nkey`]);
      expect(keysOf(`${name}-migrate`)).toEqual(["topology-nkey"]);
      expect(settingsOf(file, serviceNamed(name)).TOPOLOGY).toBe("expect");
    }
  });

  test("keeps data in named volumes", () => {
    const mounted = Object.values(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(":")[0] ?? ""),
    );
    // A backup is for being taken elsewhere.
    const used = mounted.filter((source) => source !== "./backups");

    expect(used.toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  test("mounts files that are there, each declared and used", () => {
    const used = (part: "secrets" | "configs") =>
      new Set(Object.values(services).flatMap((one) => one[part].map(({ source }) => source)));

    expect([...used("configs")].toSorted()).toEqual(Object.keys(configs).toSorted());
    expect([...used("secrets")].toSorted()).toEqual(Object.keys(secrets).toSorted());
    for (const mounted of [...Object.values(configs), ...Object.values(secrets)]) {
      const path = "file" in mounted ? mounted.file : "";
      expect(path.startsWith("./") && isFile(path.slice(2))).toBe(true);
    }
  });

  test("has for development exactly what an installation makes", () => {
    const made = textOf("deploy/secrets/make-secrets.sh");
    const folder = "deploy/compose/development/";
    const here = repositoryFiles().filter((path) => path.startsWith(folder));

    expect(here.map((path) => path.slice(folder.length))).toEqual(Object.keys(secrets).toSorted());
    for (const name of Object.keys(secrets)) {
      // Those of each service, and pairs of a certificate, are written in a loop.
      const pattern = name
        .replace(
          /^(?:orders|inventory|events|bookings|users|reviews)-(?=(?:owner-)?database)/,
          "$service-",
        )
        .replace(/^\w+-nkey$/, "$user-nkey")
        .replace(/^nats\.(?:crt|key)$/, "certificate nats");
      expect(made).toContain(pattern);
    }
  });

  test("holds no password itself, and no key in the files for development", () => {
    const written = textOf("compose.yaml");
    expect(
      written.match(/\w*(?:PASSWORD|SECRET|TOKEN)\w*: +(?!\/run\/secrets\/)\S+/g) ?? [],
    ).toEqual([]);
    expect(written.match(/:\/\/[^\s/@]*:[^\s/@]+@/g) ?? []).toEqual([]);

    const known = ["quickbite", devSigningKeySecret];
    for (const name of Object.keys(secrets).filter((one) => /password$|-secret$/.test(one))) {
      expect(known).toContain(textOf(`deploy/compose/development/${name}`).trim());
    }
    expect(textOf("deploy/compose/development/nats.key")).toContain("none");
  });

  test("lets in from outside nothing but Caddy, which reaches nothing but the gateway", () => {
    const open = Object.entries(services).flatMap(([name, { ports }]) =>
      ports.some((port) => !port.startsWith("127.0.0.1:")) ? [name] : [],
    );
    const on = (network: string) =>
      Object.keys(services).filter((name) => serviceNamed(name).networks.includes(network));

    expect(open).toEqual(["caddy"]);
    expect(on("edge")).toEqual(["web", "caddy"]);
    expect(Object.keys(networks)).toEqual(["edge", "backend"]);
  });

  test("gives every container a limit of memory and as little power as it needs", () => {
    for (const [name, one] of Object.entries(services)) {
      expect([name, one.deploy?.resources?.limits.memory]).toEqual([name, expect.any(String)]);
      expect([name, one.read_only, one.cap_drop, one.security_opt]).toEqual([
        name,
        true,
        ["ALL"],
        ["no-new-privileges:true"],
      ]);
    }
  });

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
