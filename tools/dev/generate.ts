import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { runBuf } from "./buf.ts";

const root = join(import.meta.dir, "../..");
const generatedPath = "proto/gen";

if (import.meta.main) {
  const checking = Bun.argv.slice(2).includes("--check");
  process.exitCode = await (checking ? check() : generate());
}

/** Writes `proto/gen` anew, exactly as `buf generate` does. Returns the exit code. */
export async function generate(): Promise<number> {
  return runBuf(root, ["generate"]);
}

/** Fails, naming each file, when `proto/gen` is not what the contracts generate. Returns the exit code. */
async function check(): Promise<number> {
  const stale = await staleFiles(join(root, generatedPath));
  for (const file of stale) console.error(`stale: ${generatedPath}/${file}`);
  if (stale.length > 0) console.error("Run `bun run generate` and commit what it changes.");
  return stale.length > 0 ? 1 : 0;
}

/** The files under `committed` that a fresh generation adds, changes or no longer has, sorted. */
export async function staleFiles(committed: string): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), "generate-"));
  try {
    const code = await runBuf(root, ["generate", "--output", directory]);
    if (code !== 0) throw new Error(`buf generate ended with exit code ${code}`);
    return await differingFiles(committed, join(directory, generatedPath));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function differingFiles(one: string, other: string): Promise<readonly string[]> {
  const names = new Set([...(await filesUnder(one)), ...(await filesUnder(other))]);
  const same = await Promise.all(
    [...names].map(async (name) => (await read(one, name)) === (await read(other, name))),
  );
  return [...names].filter((_, index) => !same[index]).sort();
}

async function filesUnder(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

async function read(directory: string, name: string): Promise<string | undefined> {
  const file = Bun.file(join(directory, name));
  return (await file.exists()) ? file.text() : undefined;
}
