import { describe, expect, test } from "bun:test";
import { repositoryFiles, textOf } from "./repository.ts";

describe("the lock file", () => {
  const locks = repositoryFiles().filter((path) => /(?:^|\/)bun\.lock$/.test(path));

  test.each(locks)("%s names no host, so that every registry serves it", (path) => {
    expect(hostsIn(textOf(path))).toEqual([]);
  });

  test("would be caught naming one", () => {
    expect(
      hostsIn(`"zod": ["zod@4.6.7", "https://npm.example/zod-4.6.7.tgz", {}, "sha512-a"]`),
    ).toEqual(["https://npm.example/zod-4.6.7.tgz"]);
    expect(hostsIn(`"zod": ["zod@4.6.7", "npm.example:4873/zod", {}]`)).toHaveLength(1);
  });

  test("pins what is declared: every dependency is exact, but for a patch range with a reason", () => {
    // Elysia's next minor moves arguments; its patches are taken as the lock file has them.
    const ranges = new Set(["elysia ~1.4.30"]);
    const loose = repositoryFiles()
      .filter((path) => /(?:^|\/)package\.json$/.test(path))
      .flatMap((path) => declared(path))
      .filter((one) => !/ (?:npm:.+@)?\d[\w.-]*$| workspace:\*$/.test(one) && !ranges.has(one));

    expect(loose).toEqual([]);
  });

  test("goes with the default registry: no file chooses another", () => {
    const choosing = repositoryFiles().filter(
      (path) => /(?:^|\/)(?:\.npmrc|\.yarnrc\.yml)$/.test(path) || choosesRegistry(path),
    );

    expect(choosing).toEqual([]);
  });
});

function hostsIn(lock: string): readonly string[] {
  return lock.match(/\bhttps?:\/\/[^"\s]+|(?<=")[\w-]+(?:\.[\w-]+)+:\d+\/[^"]*/g) ?? [];
}

function declared(path: string): readonly string[] {
  const manifest = JSON.parse(textOf(path));
  return ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).map(([name, version]) => `${name} ${version}`),
  );
}

function choosesRegistry(path: string): boolean {
  return (
    /(?:^|\/)bunfig\.toml$/.test(path) && /^\s*(?:registry|\[install\.scopes\])/m.test(textOf(path))
  );
}
