import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dir, "../..");

/** What is installed, generated at run time or private to a machine, and so no part of the repository. */
const left = new Set([".git", "node_modules", ".quickbite"]);
/** What a build leaves behind, and secrets of an installation, by path. */
const leftPaths = new Set(["services/web/dist", "secrets", "deploy/kubernetes/secrets/files"]);
const leftNames = /^(?:\.env(?:\..*)?|.*\.log|\.DS_Store)$/;

const filesMax = 20_000;

/**
 * Every file of the repository, relative to its root and sorted. It walks the tree instead of asking
 * git, so that new files are judged before they are committed and another user's checkout can be.
 */
export function repositoryFiles(): readonly string[] {
  const files: string[] = [];
  const open = [""];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !left.has(entry.name) && !leftPaths.has(path)) open.push(path);
      if (entry.isFile() && !leftNames.test(entry.name)) files.push(path);
    }
    if (files.length > filesMax) throw new Error(`more than ${filesMax} files below ${root}`);
  }
  return files.sort();
}

/** The TypeScript that people write: generated code follows its generator. */
export function sourceFiles(): readonly string[] {
  return repositoryFiles().filter((path) => /\.tsx?$/.test(path) && !path.startsWith("proto/gen/"));
}

export function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export function bytesOf(path: string): number {
  return statSync(join(root, path)).size;
}

export function isFile(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Tests, and what stands beside code only for them. */
export const isTestCode = (path: string) => isTest(path) || /(?:^|\/)testing\//.test(path);

export const isTest = (path: string) => /\.test\.tsx?$/.test(path);
