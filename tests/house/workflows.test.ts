import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { z } from "zod";
import { programNames } from "./programs.ts";
import { isFile, repositoryFiles, textOf } from "./repository.ts";

const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      uses: z.string().optional(),
      "timeout-minutes": z.number().optional(),
      strategy: z.object({ matrix: z.record(z.string(), z.unknown()) }).optional(),
      steps: z
        .array(z.object({ uses: z.string().optional(), run: z.string().optional() }))
        .default([]),
    }),
  ),
});

const paths = repositoryFiles().filter((path) => path.startsWith(".github/workflows/"));
const jobsOf = (path: string) => Object.values(Workflow.parse(Bun.YAML.parse(textOf(path))).jobs);
const texts = paths.map(textOf).join("\n");

describe("the workflows", () => {
  test.each(paths)("%s is valid by GitHub's own parser", (path) => {
    expect(faultsOf(path, textOf(path))).toEqual([]);
  });

  test.each([
    ["an unknown key", "on: push\njobs: {a: {runs-on: x, stepz: []}}"],
    ["an unknown event", "on: pushed\njobs: {a: {runs-on: x, steps: [{run: a}]}}"],
    ["a job without a machine", "on: push\njobs: {a: {steps: [{run: a}]}}"],
  ])("would be caught with %s", (_, text) => {
    expect(faultsOf("a.yaml", text).length).toBeGreaterThan(0);
  });

  test("name foreign actions by commit, with the version beside it, one of each", () => {
    const used = [...texts.matchAll(/uses: (\S+)(.*)/g)].filter(
      ([, name = ""]) => !name.startsWith("./"),
    );
    const versions = new Map<string, string>();

    expect(used.length).toBeGreaterThan(5);
    for (const [, name = "", rest = ""] of used) {
      const [action = ""] = name.split("@");
      expect(`${name}${rest}`).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      expect(versions.get(action) ?? name).toBe(name);
      versions.set(action, name);
    }
  });

  test("may write nothing unless a job says so, and end by themselves", () => {
    for (const path of paths) {
      const { permissions } = Workflow.parse(Bun.YAML.parse(textOf(path)));
      expect(Object.values(permissions)).not.toContain("write");
      for (const job of jobsOf(path)) expect(job.uses ?? job["timeout-minutes"]).toBeDefined();
    }
    // Tokens stay out of the checkout, where anything that runs could read them.
    expect(texts.match(/actions\/checkout@/g)).toHaveLength(
      texts.match(/persist-credentials: false/g)?.length ?? 0,
    );
  });

  test("build every program there is", () => {
    const matrices = paths
      .flatMap(jobsOf)
      .flatMap(({ strategy }) => strategy?.matrix.program ?? []);

    const images = [...programNames, "qb"];
    expect(matrices).toEqual([...images, ...images]);
  });

  test("run the repository's Bun, its scripts and files that are there", () => {
    const { packageManager, scripts } = JSON.parse(textOf("package.json"));
    const runs = paths.flatMap(jobsOf).flatMap(({ steps }) => steps.map(({ run = "" }) => run));
    const all = runs.join("\n");

    expect(new Set(texts.match(/bun@[\d.]+/g))).toEqual(new Set([packageManager]));
    for (const [, script = ""] of all.matchAll(/(?:BUN|bun@[\d.]+) run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(script);
    for (const [file] of all.matchAll(/(?:tools|deploy|\.ci)\/[\w./-]+/g))
      expect([
        file,
        isFile(file) || repositoryFiles().some((path) => path.startsWith(`${file}/`)),
      ]).toEqual([file, true]);
    for (const [, file = ""] of texts.matchAll(/file: (deploy\/\S+)/g))
      expect(isFile(file)).toBe(true);
  });
});

describe("the deployment", () => {
  test.each([
    ["taken with folders elsewhere", "/secrets", "/var/backups/quickbite", 0],
    ["refused with secrets in the checkout", "./secrets", "/var/backups/quickbite", 1],
    ["refused with secrets in it by a way around", "/a/../WORKSPACE/secrets", "/backups", 1],
    ["refused with backups in it", "/secrets", "WORKSPACE/backups", 1],
    ["refused with backups where compose has them by itself", "/secrets", undefined, 1],
  ])("is %s", async (_, secrets, backups, code) => {
    await using folder = await temporaryFolder();
    const settings = join(folder.path, "compose.env");
    const inWorkspace = (path: string) => path.replace(/\/?WORKSPACE/, folder.path);
    await Bun.write(
      settings,
      [`SECRETS=${inWorkspace(secrets)}`, backups && `BACKUPS=${inWorkspace(backups)}`].join("\n"),
    );
    const steps = jobsOf(".github/workflows/deploy.yaml").flatMap((job) => job.steps);
    const script = steps[0]?.run ?? "exit 9";

    // Before anything is checked out, as the runner runs it.
    const child = Bun.spawn(["bash", "-e", "-c", script], {
      env: { PATH: process.env.PATH, SETTINGS: settings, GITHUB_WORKSPACE: folder.path },
      stdout: "ignore",
      stderr: "ignore",
    });
    expect(await child.exited).toBe(code);
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "workspace-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

function faultsOf(name: string, content: string): readonly string[] {
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}
