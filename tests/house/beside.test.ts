import { expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { composeFile, settingsOf } from "./compose-file.ts";
import { programNames, programs } from "./programs.ts";
import { root, textOf } from "./repository.ts";

const addresses = programNames.map(
  (name) => [`${name.toUpperCase()}_URL`, `http://${name}:${programs[name].ports.PORT}`] as const,
);

const CronJobs = z.array(
  z.object({
    kind: z.string(),
    metadata: z.object({ name: z.string() }),
    spec: z
      .looseObject({
        jobTemplate: z
          .object({
            spec: z.object({
              template: z.object({
                spec: z.object({
                  containers: z.tuple([
                    z.object({
                      args: z.array(z.string()),
                      env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
                    }),
                  ]),
                }),
              }),
            }),
          })
          .optional(),
      })
      .optional(),
  }),
);

/** The one container of a CronJob beside the stack. */
function containerOf(name: string) {
  const all = CronJobs.parse(Bun.YAML.parse(textOf("deploy/kubernetes/backup/backup.yaml")));
  const job = all.find(({ kind, metadata }) => kind === "CronJob" && metadata.name === name);
  const [container] = job?.spec?.jobTemplate?.spec.template.spec.containers ?? [];
  if (container === undefined) throw new Error(`there is no CronJob ${name}`);
  return container;
}

test("qb is told in every place where each service is, and of the operator's token", () => {
  const file = composeFile();
  const qb = file.services.qb;
  if (qb === undefined) throw new Error("compose.yaml has no qb");
  const swarm = textOf("deploy/swarm/qb.sh");
  const { env } = containerOf("backup");

  for (const [name, value] of addresses) {
    expect(settingsOf(file, qb)[name]).toBe(value);
    expect(env).toContainEqual({ name, value });
    expect(swarm).toContain(`--env ${name}=${value} `);
  }
  expect(swarm).toContain('--env "QB_TOKEN=');
  expect(textOf("deploy/kubernetes/qb.sh")).toContain("QB_TOKEN");
  const policies = textOf("deploy/kubernetes/base/network-policies.yaml");
  expect(policies.match(/component: tools\n/g)).toHaveLength(2);
});

test("qb in a cluster is the backup's job with another command, and removed however it ended", async () => {
  await using folder = await temporaryFolder();
  const log = join(folder.path, "log");
  const standIn = async (program: string, body: string) => {
    const path = join(folder.path, program);
    await Bun.write(path, `#!/bin/sh\necho "${program} $*" >> ${log}\n${body}\n`);
    await chmod(path, 0o755);
  };
  await standIn("kubectl", `case "$*" in *"get job"*) echo "$STATE" ;; *--filename*) cat ;; esac`);
  await standIn("jq", `cat; echo "token $QB_TOKEN" >> ${log}`);
  const run = (STATE: string) =>
    Bun.spawn(["bash", join(root, "deploy/kubernetes/qb.sh"), "dlq", "ls"], {
      env: { PATH: `${folder.path}:${process.env.PATH}`, STATE, QB_TOKEN: "a" },
      stdout: "ignore",
      stderr: "ignore",
    }).exited;

  expect(await run("SuccessCriteriaMet Complete")).toBe(0);
  const asked = await Bun.file(log).text();
  expect(asked).toMatch(/ create job qb-\w+ --from=cronjob\/backup /);
  expect(asked).toContain(" --args -- dlq ls\n");
  expect(asked).toContain("token a\n");
  expect(asked).toMatch(/ delete job qb-\w+ \S+ \S+\n$/);
  expect(await run("FailureTarget Failed")).toBe(1);
});

test("of the backups in a cluster the newest fourteen that ended are kept", async () => {
  await using folder = await temporaryFolder();
  const { args, env } = containerOf("old-backups");
  expect(env).toEqual([{ name: "BACKUPS", value: "/backups" }]);
  const make = async (name: string, day: number, ended: boolean) => {
    const path = join(folder.path, name);
    await mkdir(path);
    if (ended) await Bun.write(join(path, "manifest.json"), "{}");
    await utimes(path, day * 86_400, day * 86_400);
  };
  for (let day = 1; day <= 20; day++) await make(`good-${day}`, day, true);
  await make("broken-old", 2, false);
  await make("broken-new", 21, false);
  await make("lost+found", 1, false);
  await Bun.write(join(folder.path, "lost.jsonl"), "");

  const [script = ""] = args;
  const removing = Bun.spawn(["sh", "-euc", script], {
    env: { ...process.env, BACKUPS: folder.path },
  });

  expect(await removing.exited).toBe(0);
  const kept = Array.from({ length: 14 }, (_, at) => `good-${at + 7}`);
  expect((await readdir(folder.path)).toSorted()).toEqual(
    [...kept, "broken-new", "lost+found", "lost.jsonl"].toSorted(),
  );
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "beside-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
