import { describe, expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { repositoryFiles, root, textOf } from "./repository.ts";

const files = repositoryFiles();
const pages = files.filter((path) => path.endsWith(".md") && !path.startsWith("proto/vendor/"));
const exists = (path: string) =>
  files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`));

describe("the documentation", () => {
  test("links to what is there", () => {
    const broken = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
        .map(([, link = ""]) => normalize(join(dirname(page), link)))
        .filter((path) => !exists(path))
        .map((path) => `${page}: ${path}`),
    );

    expect(broken).toEqual([]);
  });

  test("names files that are there", () => {
    const missing = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`((?:services|proto|tools|tests|deploy|docs)\/[\w./-]+)`/g)]
        .map(([, path = ""]) => path)
        .filter((path) => !exists(path))
        .map((path) => `${page}: ${path}`),
    );

    expect(missing).toEqual([]);
  });

  test("tells to run scripts that exist", () => {
    const { scripts } = JSON.parse(textOf("package.json"));
    const told = pages.flatMap((page) =>
      [...textOf(page).matchAll(/(?:bun(?:@[\d.]+)?|npm) run ([\w:-]+)/g)].map(
        ([, script = ""]) => script,
      ),
    );

    expect(told.filter((script) => !(script in scripts))).toEqual([]);
  });

  test("tells to use commands of qb that exist", async () => {
    const commands = new Set(
      pages.flatMap((page) =>
        [...textOf(page).matchAll(/`(?:bun run )?qb ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)/g)].map(
          ([, command = ""]) => command,
        ),
      ),
    );
    const unknown: string[] = [];
    for (const command of commands) {
      if (!(await qbKnows(command.split(" ")))) unknown.push(command);
    }

    expect(unknown).toEqual([]);
    // A process for each command, one after another.
  }, 120_000);
});

/** Help is given for a command that exists, and names it; for one that does not, there is no such help. */
async function qbKnows(words: readonly string[]): Promise<boolean> {
  const qb = Bun.spawn([process.execPath, "tools/qb/main.ts", ...words, "--help"], {
    cwd: root,
    stdout: "pipe",
    stderr: "ignore",
  });
  const help = await new Response(qb.stdout).text();
  return (await qb.exited) === 0 && help.includes(words.join(" "));
}
