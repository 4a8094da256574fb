import { describe, expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { readConfig } from "@app/platform/config.ts";
import { type ComposeService, composeFile, environmentOf, settingsOf } from "./compose-file.ts";
import { programNames, programs, services, strangers, unknownSettings } from "./programs.ts";
import { isFile, textOf } from "./repository.ts";

const path = "deploy/swarm/stack.yaml";
/** What an installation has to say. */
const installation = {
  IMAGES: "ghcr.io/example/quickbite",
  VERSION: "1.2.3",
  WWW_HOST: "www.example.com",
  API_HOST: "api.example.com",
  ACME_EMAIL: "operator@example.com",
  OPERATOR_EMAIL: "operator@example.com",
};
const stack = composeFile(path, installation);
const compose = composeFile();

const serviceNamed = (name: string): ComposeService => {
  const service = stack.services[name];
  if (!service) throw new Error(`${path} has no service ${name}`);
  return service;
};

describe("the Swarm stack", () => {
  test.each(services)("configures %s, and its job, completely and for production", (name) => {
    for (const service of [serviceNamed(name), serviceNamed(`${name}-migrate`)]) {
      const env = settingsOf(stack, service);
      // The one for development, which production refuses, stands in for an installation's.
      const settings = strangers(env);

      expect(unknownSettings(name, env)).toEqual([]);
      expect(() => readConfig(programs[name].schema, settings)).not.toThrow();
      expect(env.NODE_ENV).toBe("production");
    }
  });

  test.each(programNames)("runs %s as compose does, on the same ports, twice", (name) => {
    const [ours, theirs] = [serviceNamed(name), compose.services[name]];

    expect(environmentOf(ours)).toMatchObject(
      Object.fromEntries(
        Object.entries(programs[name].ports).map(([setting, port]) => [setting, String(port)]),
      ),
    );
    expect(ours.healthcheck).toEqual(theirs?.healthcheck);
    expect(ours.deploy?.replicas).toBe(2);
  });

  test.each(programNames)(
    "replaces %s one at a time, and puts it back when it does not get well",
    (name) => {
      const { deploy } = serviceNamed(name);

      expect(deploy?.update_config).toMatchObject({
        order: "start-first",
        parallelism: 1,
        failure_action: "rollback",
      });
      expect(deploy?.rollback_config).toMatchObject({ order: "start-first" });
    },
  );

  test("runs each job to its end, with the owner's role, which nothing else has", () => {
    for (const [name, { deploy, secrets, command }] of Object.entries(stack.services)) {
      const job = name.endsWith("-migrate");
      expect([name, deploy?.mode]).toEqual([name, job ? "replicated-job" : "replicated"]);
      expect(command.includes("migrate")).toBe(job);
      expect(secrets.filter(({ source }) => source.includes("-owner-"))).toHaveLength(job ? 1 : 0);
    }
  });

  test("keeps what has a volume on one machine, and never runs two on it", () => {
    for (const { volumes, deploy } of Object.values(stack.services)) {
      if (volumes.length === 0) continue;
      expect(deploy?.placement.constraints).toHaveLength(1);
      expect(deploy?.update_config).toMatchObject({ order: "stop-first" });
    }
    const used = Object.values(stack.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(":")[0] ?? ""),
    );
    expect(used.toSorted()).toEqual(Object.keys(stack.volumes).toSorted());
  });

  test("lets in from outside nothing but Caddy, on its own machine's ports", () => {
    const open = Object.entries(stack.services).flatMap(([name, { ports }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    const on = (network: string) =>
      Object.keys(stack.services).filter((name) => serviceNamed(name).networks.includes(network));

    expect(open).toEqual(["caddy host:80:80", "caddy host:443:443"]);
    expect(on("edge")).toEqual(["web", "caddy"]);
  });

  test("takes files that are there, or that an installation makes", () => {
    for (const { file } of Object.values(stack.configs))
      expect(isFile(normalize(join(dirname(path), file)))).toBe(true);
    for (const [name, secret] of Object.entries(stack.secrets)) {
      expect(Object.keys(compose.secrets)).toContain(name);
      expect(secret).toEqual({ external: true, name: `quickbite-${name}-1` });
    }
  });

  test("renames the secret and the settings alone that are new, and no other", () => {
    const named = ({ secrets }: typeof stack) =>
      Object.values(secrets).map((one) => "name" in one && one.name);
    const renewed = composeFile(path, { ...installation, ORDERS_NKEY_NUMBER: "2" });

    expect(named(renewed).filter((name) => !named(stack).includes(name))).toEqual([
      "quickbite-orders-nkey-2",
    ]);
    const numbers = [...textOf(path).matchAll(/-\$\{([A-Z_]+)_NUMBER:-1\}/g)].map(([, of]) => of);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("is not deployed by somebody who does not say of what, and for whom", () => {
    for (const name of Object.keys(installation)) {
      const { [name as "IMAGES"]: _, ...others } = installation;
      expect(() => composeFile(path, others)).toThrow(`nobody says ${name}`);
    }
  });

  test("gives every container a limit of memory and as little power as it needs", () => {
    for (const [name, one] of Object.entries(stack.services)) {
      expect([name, one.read_only, one.cap_drop]).toEqual([name, true, ["ALL"]]);
      expect([name, one.deploy?.resources?.limits.memory]).toEqual([name, expect.any(String)]);
    }
  });

  test("lets Postgres have as many connections as its callers open, also while one is replaced", () => {
    const max = Number(
      /max_connections=(\d+)/.exec(serviceNamed("postgres").command.join(" "))?.[1],
    );
    const replicas = services.reduce(
      (sum, name) => sum + (serviceNamed(name).deploy?.replicas ?? 0),
      0,
    );

    // Ten for calls, four of the core and the leader's lock, of each; and one more of each service.
    expect(max).toBeGreaterThan((replicas + services.length) * 15 + 10);
  });
});
