import { describe, expect, test } from "bun:test";
import { isTest, sourceFiles, textOf } from "./repository.ts";
import {
  isNode,
  lineAt,
  literalText,
  memberName,
  type Node,
  nameOf,
  nodesOf,
  parse,
} from "./syntax.ts";

/** Who may read the environment, and why. Everyone else is handed a parsed configuration. */
const readers: readonly { readonly of: string; readonly because: string }[] = [
  { of: "services/*/config.ts", because: "the one schema of a service's settings" },
  { of: "services/platform/config.ts", because: "reads and parses for all of them" },
  { of: "services/platform/crash-point.ts", because: "arms before any code runs, tests only" },
  { of: "services/platform/testing/**", because: "finds the servers that the tests share" },
  { of: "tools/**", because: "starts processes and hands their environment down" },
  { of: "tests/**", because: "starts processes with an environment of its own" },
  { of: "drizzle/config.ts", because: "is told by drizzle-kit's caller which service is meant" },
];

/** All sources are parsed, beside other tests. */
const busyMachineMs = 30_000;

describe("the environment", () => {
  test(
    "is read only where settings are parsed",
    () => {
      const reads = sourceFiles().flatMap((path) => {
        if (isTest(path) || readers.some(({ of }) => new Bun.Glob(of).match(path))) return [];
        return environmentReads(path, textOf(path));
      });

      expect(reads).toEqual([]);
    },
    busyMachineMs,
  );

  test.each([
    "export const a = process.env.A;",
    "export const a = process['env'].A;",
    "export const { env } = process;",
    "export const { env: { A } } = process;",
    "export const a = Bun.env.A;",
    "export const a = import.meta.env.A;",
    "export const a = globalThis.process.env.A;",
    `import { env } from "node:process"; export const a = env.A;`,
    `import process from "process"; export const a = process.env.A;`,
  ])("is seen to be read by %s", (text) => {
    expect(environmentReads("a.ts", text)).toHaveLength(1);
  });

  test.each([
    "export const a = (env: { A: string }) => env.A;",
    "export const a = { process: { environment: 1 } };",
    "// process.env.A",
  ])("is not read by %s", (text) => {
    expect(environmentReads("a.ts", text)).toEqual([]);
  });
});

function environmentReads(path: string, text: string): readonly string[] {
  const source = parse(path, text);
  return [...nodesOf(source)]
    .filter(readsEnvironment)
    .map((node) => `${path}:${lineAt(source, node)} reads the environment`);
}

function readsEnvironment(node: Node): boolean {
  if (node.type === "ImportDeclaration") {
    const module = literalText(node.source) ?? "";
    return /^(?:node:)?process$/.test(module) && !bindsProcess(node);
  }
  if (node.type === "VariableDeclarator") {
    return isProcess(node.init) && isNode(node.id) && takesEnv(node.id);
  }
  if (node.type !== "MemberExpression" || memberName(node) !== "env") return false;
  return isProcess(node.object) || (isNode(node.object) && node.object.type === "MetaProperty");
}

/** `process` or `Bun`, also as a member of the global object. */
function isProcess(value: unknown): boolean {
  if (!isNode(value)) return false;
  const name = value.type === "MemberExpression" ? memberName(value) : nameOf(value);
  return name === "process" || name === "Bun";
}

/** `import process from "node:process"`: its reads are seen where they stand. */
function bindsProcess({ specifiers }: Node): boolean {
  return (
    Array.isArray(specifiers) &&
    specifiers.every((specifier) => nameOf(specifier.imported) !== "env")
  );
}

function takesEnv({ properties }: Node): boolean {
  return Array.isArray(properties) && properties.some((property) => nameOf(property.key) === "env");
}
