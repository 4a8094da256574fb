import { describe, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { composeFile, settingsOf } from "./compose-file.ts";
import { fullSettings, made } from "./installation.ts";
import { modelOf } from "./kubernetes-objects.ts";
import { services, withFiles } from "./programs.ts";
import { root, textOf } from "./repository.ts";

/** By which variables `qb` is told of the databases, and whose role it must have in each. */
const databases = services.map((name) => [name, `${name.toUpperCase()}_DATABASE_URL`] as const);

function expectOwners(env: Readonly<Record<string, string>>) {
  for (const [name, variable] of databases) {
    const { username, pathname } = new URL(env[variable] ?? "");
    expect([username, pathname]).toEqual([`quickbite_${name}_owner`, `/quickbite_${name}`]);
  }
  expect(`${env.NATS_NKEY_SEED}\n`).toBe(textOf("deploy/compose/development/operator-nkey"));
}

const File = z.object({ metadata: z.object({ name: z.string() }), kind: z.string() });
const Backup = z.object({
  spec: z.object({
    jobTemplate: z.object({
      spec: z.object({
        template: z.object({
          metadata: z.object({ labels: z.record(z.string(), z.string()) }),
          spec: z.object({
            containers: z.tuple([
              z.object({
                args: z.array(z.string()),
                env: z.array(z.object({ name: z.string(), value: z.string().default("") })),
              }),
            ]),
          }),
        }),
      }),
    }),
  }),
});

describe("a backup", () => {
  test("has the owners' roles and the operator's key in compose, and starts when it is asked for", () => {
    const file = composeFile();
    const qb = file.services.qb;
    if (qb === undefined) throw new Error("compose.yaml has no qb");

    expect(qb.profiles).toEqual(["tools"]);
    expectOwners(settingsOf(file, qb));
  });

  test("has them on Kubernetes, from a secret that is made, and is let in by both servers", async () => {
    const folder = "deploy/kubernetes";
    const manifests = z
      .array(z.looseObject({ apiVersion: z.string(), ...File.shape }))
      .parse(Bun.YAML.parse(textOf(`${folder}/backup/backup.yaml`)));
    for (const manifest of manifests) {
      const model = await modelOf({ ...manifest, metadata: { labels: {}, ...manifest.metadata } });
      expect(() => model.validate()).not.toThrow();
    }
    const { template } = Backup.parse(manifests.find(({ kind }) => kind === "CronJob")).spec
      .jobTemplate.spec;
    const [{ env, args }] = template.spec.containers;
    const files = made(`${folder}/secrets/kustomization.yaml`, "files").get("operator") ?? [];
    const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));

    expectOwners(
      withFiles(variables, (path) => {
        const key = path.split("/").at(-1);
        const file = files.find((one) => one.startsWith(`${key}=`));
        return fullSettings(file?.split("/").at(-1) ?? `nothing for ${path}`);
      }),
    );
    expect(args).toEqual(["backup", "/backups/$(POD_NAME)"]);
    expect(template.metadata.labels["app.kubernetes.io/component"]).toBe("tools");
    const policies = textOf(`${folder}/base/network-policies.yaml`);
    expect(policies.match(/values: \[service, migrate, tools\]/g)).toHaveLength(2);
  }, 60_000);

  test("has them under systemd, from where the installation puts them", () => {
    const unit = textOf("deploy/systemd/quickbite-backup.service");
    const credentials = new Map(
      [...unit.matchAll(/^LoadCredential=([\w-]+):(\S+)$/gm)].map(([, name = "", path = ""]) => [
        name,
        path,
      ]),
    );
    const env = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)].map(([, key = "", value = ""]) => [
        key,
        value,
      ]),
    );

    expectOwners(
      withFiles(env, (path) => {
        const place = credentials.get(path.replace("%d/", "")) ?? "";
        const [, whose = "", what = ""] = /secrets\/([\w-]+)\/([\w-]+)$/.exec(place) ?? [];
        return fullSettings(`${whose}-${what}`);
      }),
    );
    expect(textOf("deploy/systemd/install.sh")).toContain('"$etc/secrets/operator/nkey"');
  });

  test("has them in a Swarm, by the names that the stack gives its secrets, and reports how it ended", async () => {
    await using fake = await fakeDocker();
    const env = { ...fake.env, IMAGES: "registry/quickbite", VERSION: "1.2.3" };
    const run = async (more: Record<string, string>) => {
      const script = join(root, "deploy/swarm/qb.sh");
      const child = Bun.spawn(["bash", script, "backup", "/backups/a"], {
        env: { ...env, ...more },
        stdout: "ignore",
        stderr: "ignore",
      });
      const code = await child.exited;
      return { code, asked: await Bun.file(fake.log).text() };
    };

    const { code, asked } = await run({ STATE: "Complete 1 second ago", CA_CRT_NUMBER: "4" });

    expect(code).toBe(0);
    expect(asked).toContain("registry/quickbite/qb:1.2.3 backup /backups/a\n");
    expect(asked).toContain("--secret source=quickbite-ca.crt-4,target=ca.crt ");
    for (const [name, variable] of databases) {
      const secret = `${name}-owner-database-url`;
      expect(asked).toContain(`--secret source=quickbite-${secret}-1,target=${secret} `);
      expect(asked).toContain(`--env ${variable}_FILE=/run/secrets/${secret} `);
    }
    expect(asked).toMatch(/\nservice rm quickbite-qb-\w+\n$/);
    expect((await run({ STATE: "Failed 1 second ago" })).code).toBe(1);
  });
});

/** Writes down what it is asked, and says of a job what `STATE` says. */
async function fakeDocker() {
  const folder = await mkdtemp(join(tmpdir(), "docker-"));
  const log = join(folder, "log");
  const program = join(folder, "docker");
  await Bun.write(
    program,
    `#!/bin/sh\necho "$*" >> ${log}\ncase "$2" in ps) echo "$STATE" ;; esac\n`,
  );
  await chmod(program, 0o755);
  return {
    log,
    env: { PATH: `${folder}:${process.env.PATH}` },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
