import { describe, expect, test } from "bun:test";
import { isFile, isTest, repositoryFiles, sourceFiles, textOf } from "./repository.ts";
import { parse } from "./syntax.ts";

const files = repositoryFiles();
const servicesWith = (name: string) =>
  files.flatMap((path) => {
    const [, service, file] = /^services\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    return service !== undefined && file === name ? [service] : [];
  });

/** Everything that may stand in the folder of a service that answers calls. */
const partsOfAService = new Set([
  "domain",
  "store",
  "http",
  "rpc",
  "consumers",
  "testing",
  "access.ts",
  "config.ts",
  "config.test.ts",
  "service.ts",
  "service.test.ts",
  "main.ts",
  "main.test.ts",
  // What the service is without its ports, so that main.ts stays short and tests can build it.
  "service.ts",
  "service.test.ts",
  "package.json",
]);

const topLevel = new Set([
  ...[".ci", ".github", ".gitignore", "biome.json", "bun.lock", "tsconfig.json"],
  ...["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md", "README.md"],
  ...["services", "proto", "buf.yaml", "buf.gen.yaml", "drizzle", "compose.yaml", "package.json"],
  ...["bunfig.toml", "tools", "tests", "deploy", "docs"],
]);

describe("the house", () => {
  test("has nothing at its top that has no reason", () => {
    const found = new Set(files.map((path) => path.split("/")[0] ?? ""));

    expect([...found].filter((name) => !topLevel.has(name))).toEqual([]);
  });

  test("has services that are all of one shape", () => {
    const strange = files.filter((path) => {
      const [, service = "", part = ""] = /^services\/([^/]+)\/([^/]+)/.exec(path) ?? [];
      return !["", "platform", "web"].includes(service) && !partsOfAService.has(part);
    });

    expect(strange).toEqual([]);
  });

  test("runs what has a main.ts, and configures exactly that", () => {
    const runnable = servicesWith("main.ts");

    expect(runnable).not.toContain("platform");
    expect(runnable).toEqual(servicesWith("config.ts").filter((name) => name !== "platform"));
    expect(files.filter((path) => /^services\/[^/]+\/.+\/main\.ts$/.test(path))).toEqual([]);
  });

  test("builds every service in under 60 lines", () => {
    const long = servicesWith("main.ts").filter(
      (service) => textOf(`services/${service}/main.ts`).trimEnd().split("\n").length >= 60,
    );

    expect(long).toEqual([]);
  });

  test("has no barrels", () => {
    expect(files.filter((path) => /(?:^|\/)index\.[cm]?[jt]sx?$/.test(path))).toEqual([]);
    expect(sourceFiles().filter((path) => isBarrel(path, textOf(path)))).toEqual([]);
  });

  test("puts every test beside what it tests", () => {
    const astray = files.filter((path) => {
      if (!isTest(path) || path.startsWith("tests/")) return false;
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      return !files.some((other) => other.startsWith(folder) && !isTest(other));
    });

    expect(astray).toEqual([]);
  });

  test("finds its own files", () => {
    expect(isFile("tests/house/shape.test.ts")).toBe(true);
    expect(isBarrel("a.ts", `export * from "./b.ts";\nexport type { C } from "./c.ts";`)).toBe(
      true,
    );
    expect(isBarrel("a.ts", `export * from "./b.ts";\nexport const a = 1;`)).toBe(false);
  });
});

/** A file that only hands on what other files hold. */
function isBarrel(path: string, text: string): boolean {
  const { body } = parse(path, text).program;
  return (
    body.length > 0 &&
    body.every(
      (node) =>
        node.type === "ExportAllDeclaration" ||
        (node.type === "ExportNamedDeclaration" && node.source !== null),
    )
  );
}
