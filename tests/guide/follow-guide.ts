import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "../..");
export const guide = "docs/adding-a-service.md";
/** Steps 1 and 2 make the service; what follows lists it. */
const until = "## 3.";
const BLOCK = /^```(\w+)(?: file=(\S+))?(?: before="((?:\\.|[^"\\])*)")?\n([\s\S]*?)^```$/gm;

if (import.meta.main) await followGuide();

/**
 * Follows the guide in a clone of what is committed, block by block and command by command, and fails where
 * one of them does. It ends with the test of the service that it made.
 */
async function followGuide(): Promise<void> {
  const clone = await mkdtemp(join(tmpdir(), "guide-"));
  try {
    await run(root, ["git", "clone", "--quiet", "--no-hardlinks", root, clone]);
    await run(clone, ["bun", "install", "--frozen-lockfile"]);
    for (const step of stepsOf(await Bun.file(join(clone, guide)).text())) {
      if (step.kind === "run") await run(clone, ["bash", "-euc", step.text]);
      else await write(join(clone, step.file), step);
    }
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

export type Step =
  | { readonly kind: "run"; readonly text: string }
  | {
      readonly kind: "write";
      readonly file: string;
      readonly text: string;
      readonly before?: string;
    };

/** The blocks of the guide's first steps, in their order. Throws where the step after them has another name. */
export function stepsOf(text: string): readonly Step[] {
  const end = text.indexOf(`\n${until}`);
  if (end === -1) throw new Error(`${guide} has no ${until}`);
  return [...text.slice(0, end).matchAll(BLOCK)].flatMap(
    ([, language, file, before, content = ""]): Step[] => {
      if (file !== undefined)
        return [
          {
            kind: "write",
            file,
            text: content,
            ...(before === undefined ? {} : { before: JSON.parse(`"${before}"`) }),
          },
        ];
      return language === "sh" ? [{ kind: "run", text: content }] : [];
    },
  );
}

/** A block is a file, or goes before a line of one that is there. */
async function write(path: string, block: Extract<Step, { kind: "write" }>): Promise<void> {
  await Bun.$`mkdir -p ${dirname(path)}`.quiet();
  const there = block.before === undefined ? "" : await Bun.file(path).text();
  await Bun.write(path, placed(there, block));
}

/** The file with a block in its place. Throws unless there is one such place. */
export function placed(
  content: string,
  { file, text, before }: Extract<Step, { kind: "write" }>,
): string {
  if (before === undefined) return text;
  const [head, tail, ...more] = content.split(before);
  if (head === undefined || tail === undefined) throw new Error(`${file} has no ${before}`);
  if (more.length > 0) throw new Error(`${file} has ${before} more than once`);
  return head + text + before + tail;
}

async function run(cwd: string, command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  const code = await child.exited;
  if (code !== 0) throw new Error(`${command.at(-1)} ended with ${code}`);
}
