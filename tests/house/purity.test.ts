import { describe, expect, test } from "bun:test";
import { isTest, sourceFiles, textOf } from "./repository.ts";
import { isNode, lineAt, memberName, type Node, nameOf, nodesOf, parse } from "./syntax.ts";

/** Globals by which a function would learn or change something that is not among its arguments. */
const world = new Set([
  ...["process", "Bun", "crypto", "performance", "console", "fetch", "globalThis"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
]);

describe("domains", () => {
  test("decide by their arguments alone: no clock, no chance, no I/O", () => {
    const domains = sourceFiles().filter(
      (path) => /^services\/[^/]+\/domain\//.test(path) && !isTest(path),
    );

    expect(domains.flatMap((path) => impurities(path, textOf(path)))).toEqual([]);
  });

  test.each([
    "export const at = () => new Date();",
    "export const at = () => Date.now();",
    "export const at = () => Date();",
    "export const dice = () => Math.random();",
    "export const id = () => crypto.randomUUID();",
    "export const say = () => console.log('a');",
    "export const later = (f: () => void) => setTimeout(f, 1);",
  ])("are caught with %s", (text) => {
    expect(impurities("a.ts", text)).toHaveLength(1);
  });

  test.each([
    "export const later = (at: Date, ms: number) => new Date(at.getTime() + ms);",
    "export const read = (text: string) => Date.parse(text);",
    "export const most = (a: number, b: number) => Math.max(a, b);",
    "export const view = (order: { process: string }) => order.process;",
  ])("may have %s", (text) => {
    expect(impurities("a.ts", text)).toEqual([]);
  });
});

function impurities(path: string, text: string): readonly string[] {
  const source = parse(path, text);
  return [...nodesOf(source)]
    .filter((node) => readsTheClock(node) || throwsDice(node) || touchesTheWorld(node))
    .map((node) => `${path}:${lineAt(source, node)} is not pure`);
}

function readsTheClock({ type, callee, arguments: args }: Node): boolean {
  const isDate = nameOf(callee) === "Date";
  if (type === "NewExpression") return isDate && Array.isArray(args) && args.length === 0;
  if (type !== "CallExpression") return false;
  return isDate || isMember(callee, "Date", "now");
}

const throwsDice = ({ type, callee }: Node) =>
  type === "CallExpression" && isMember(callee, "Math", "random");

/** A call of such a global, or of one of its members. */
function touchesTheWorld({ type, callee, object }: Node): boolean {
  if (type === "CallExpression") return world.has(nameOf(callee) ?? "");
  return type === "MemberExpression" && world.has(nameOf(object) ?? "");
}

function isMember(value: unknown, object: string, property: string): boolean {
  return (
    isNode(value) &&
    value.type === "MemberExpression" &&
    nameOf(value.object) === object &&
    memberName(value) === property
  );
}
