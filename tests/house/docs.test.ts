import { describe, expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { commandLine } from "@app/qb/program.ts";
import { repositoryFiles, textOf } from "./repository.ts";

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

  test("tells to use commands of qb that exist", () => {
    const commands = new Set(
      pages.flatMap((page) =>
        [...textOf(page).matchAll(/`(?:bun run )?qb ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)/g)].map(
          ([, command = ""]) => command,
        ),
      ),
    );
    const unknown = [...commands].filter((command) => !isCommand(command.split(" ")));

    expect(unknown).toEqual([]);
  });
});

const qb = commandLine();

function isCommand(words: readonly string[]): boolean {
  let at: typeof qb | undefined = qb;
  for (const word of words) at = at?.commands.find((command) => command.name() === word);
  return at !== undefined;
}
