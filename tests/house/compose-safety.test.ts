import { describe, expect, test } from "bun:test";
import { devSigningKeySecret } from "@app/platform/signing-key-secret.ts";
import { type ComposeService, composeFile, settingsOf } from "./compose-file.ts";
import { services as names } from "./programs.ts";
import { isFile, repositoryFiles, textOf } from "./repository.ts";

const file = composeFile();
const { services, volumes, configs, secrets, networks } = file;

const serviceNamed = (name: string): ComposeService => {
  const service = services[name];
  if (!service) throw new Error(`compose.yaml has no service ${name}`);
  return service;
};

describe("what compose.yaml lets whom do", () => {
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
});
