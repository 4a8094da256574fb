import { copyFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What an image would hold and run, in a folder instead. */
export interface StagedImage {
  /** Stands for the image's own `/`. */
  readonly root: string;
  /** Where its command runs. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its entry point, with this machine's Bun in the place of the image's. */
  readonly command: readonly string[];
}

const repository = resolve(import.meta.dir, "../..");
const dockerfile = join(repository, "deploy/images/Dockerfile");
const installedWithinMs = 120_000;

interface Stage {
  readonly root: string;
  readonly variables: Record<string, string>;
  workingDirectory: string;
}

/**
 * Does in `directory` what the lines of our Dockerfile say, of one workspace such as `services/orders`: no
 * engine, no base image, but the same files, the same packages and the same command. Throws at an
 * instruction that it does not know, and where one of the commands fails.
 */
export async function stageImage(workspace: string, directory: string): Promise<StagedImage> {
  const stages = new Map<string, Stage>();
  const given: Record<string, string> = { WORKSPACE: workspace };
  let stage: Stage | undefined;
  const environment: Record<string, string> = {};
  let command: readonly string[] = [];
  for (const { instruction, rest } of linesOf(readFileSync(dockerfile, "utf8"))) {
    const filled = rest.replace(/\$\{?(\w+)\}?/g, (text, name) => given[name] ?? text);
    if (instruction === "ARG") {
      const [name = "", value] = rest.split("=");
      if (value !== undefined) given[name] = value;
    } else if (instruction === "FROM") {
      stage = begin(filled, { stages, directory });
    } else if (stage === undefined) {
      throw new Error(`${instruction} stands before any FROM`);
    } else if (instruction === "WORKDIR") {
      stage.workingDirectory = filled;
      mkdirSync(join(stage.root, filled), { recursive: true });
    } else if (instruction === "COPY") {
      copy(filled, stage, stages);
    } else if (instruction === "RUN") {
      // The shell fills in what is left, as the image's does.
      await run(rest, stage, given);
    } else if (instruction === "ENV") {
      const [name = "", value = ""] = filled.split("=");
      environment[name] = value;
    } else if (instruction === "ENTRYPOINT") {
      command = JSON.parse(filled);
    } else if (instruction !== "USER") {
      throw new Error(`nobody knows how to do ${instruction} in a folder`);
    }
  }
  if (stage === undefined) throw new Error("the Dockerfile has no FROM");
  const { root, workingDirectory } = stage;
  return {
    root,
    workingDirectory: join(root, workingDirectory),
    environment,
    command: [process.execPath, ...command.slice(1)],
  };
}

/** Instructions with what follows them, continued lines joined. */
function linesOf(text: string): readonly { readonly instruction: string; readonly rest: string }[] {
  return text
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => {
      const gap = line.indexOf(" ");
      return { instruction: line.slice(0, gap), rest: line.slice(gap + 1).trim() };
    });
}

function begin(
  text: string,
  { stages, directory }: { readonly stages: Map<string, Stage>; readonly directory: string },
): Stage {
  const [, from = "", , name = "image"] = /^(?:--\S+ )?(\S+)( AS (\S+))?$/.exec(text) ?? [];
  const stage = { root: join(directory, name), variables: {}, workingDirectory: "/" };
  const before = stages.get(from);
  if (before) {
    cpSync(before.root, stage.root, { recursive: true, verbatimSymlinks: true });
    stage.workingDirectory = before.workingDirectory;
  }
  mkdirSync(stage.root, { recursive: true });
  stages.set(name, stage);
  return stage;
}

function copy(text: string, stage: Stage, stages: ReadonlyMap<string, Stage>): void {
  const [, of, places = ""] = /^(?:--from=(\S+) )?(.+)$/.exec(text) ?? [];
  const [target = "", ...sources] = places.split(" ").toReversed();
  const place = join(stage.root, resolve(stage.workingDirectory, target));
  const isFolder = target.endsWith("/") || sources.length > 1;
  for (const source of sources) {
    if (of !== undefined) {
      const from = stages.get(of);
      if (!from) throw new Error(`there is no stage ${of}`);
      cpSync(join(from.root, source), place, { recursive: true, verbatimSymlinks: true });
      continue;
    }
    const files = contextFiles().filter((file) => file === source || file.startsWith(`${source}/`));
    if (files.length === 0) throw new Error(`the context has no ${source}`);
    for (const file of files) {
      const inside =
        file === source ? (isFolder ? file.split("/").at(-1) : "") : file.slice(source.length + 1);
      const to = join(place, inside ?? "");
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(repository, file), to);
    }
  }
}

/** What a build is given: files of the repository, but for those that the list beside the Dockerfile leaves out. */
function contextFiles(): readonly string[] {
  const rules = readFileSync(`${dockerfile}.dockerignore`, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ keeps: line.startsWith("!"), glob: line.replace(/^!/, "") }));
  const listed = Bun.spawnSync(["git", "ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
  });
  const matches = (glob: string, file: string) =>
    new Bun.Glob(glob).match(file) || new Bun.Glob(`${glob}/**`).match(file);
  return listed.stdout
    .toString()
    .split("\n")
    .filter((file) => {
      const last = rules.findLast(({ glob }) => glob === "*" || matches(glob, file));
      return file !== "" && (last?.keeps ?? true);
    });
}

async function run(text: string, stage: Stage, given: Record<string, string>): Promise<void> {
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ""}`;
  const child = Bun.spawn(["sh", "-c", text], {
    cwd: join(stage.root, stage.workingDirectory),
    env: { ...process.env, ...given, PATH: path },
    stdout: "pipe",
    stderr: "pipe",
    timeout: installedWithinMs,
  });
  const [code, ...said] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (code !== 0) throw new Error(`"${text}" ended with ${code}:\n${said.join("\n")}`);
}
