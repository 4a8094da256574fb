import { describe, expect, test } from "bun:test";
import { isTestCode, sourceFiles, textOf } from "./repository.ts";
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

/** Files that build SQL from text, each with what keeps the text from being a stranger's. */
const builders: Readonly<Record<string, string>> = {
  "services/platform/postgres.ts": "hands on what Drizzle wrote, which is parameterised",
  "services/orders/store/add-order-statements.ts": "the types of its own columns",
  "services/orders/store/order-ids.ts": "a constant of its own",
  "services/platform/migrate.ts": "runs the committed files of drizzle/",
  "services/platform/messaging/postgres-outbox.ts": "two constants of its own, in one expression",
  "tests/e2e/installation.ts": "runs what make-secrets.sh has just written",
  "tests/bench/search/plans.ts": "asks for the plan of what Drizzle wrote, with its parameters",
};

/** Every file is read and parsed, beside other tests. */
const busyMachineMs = 60_000;

describe("SQL", () => {
  test(
    "is never put together from text",
    () => {
      // Tests have no strangers: what they send as text, they wrote.
      const found = sourceFiles()
        .filter((path) => !isTestCode(path))
        .flatMap((path) => sqlFromText(path, textOf(path)));

      expect(found.filter((one) => builders[one.split(":")[0] ?? ""] === undefined)).toEqual([]);
    },
    busyMachineMs,
  );

  test(
    "has no exception that nobody uses",
    () => {
      const unused = Object.keys(builders).filter(
        (path) => sqlFromText(path, textOf(path)).length === 0,
      );

      expect(unused).toEqual([]);
    },
    busyMachineMs,
  );

  test.each([
    "await client.unsafe(`select @{id}`);",
    "await client.unsafe('select ' + id);",
    "await client.unsafe(text);",
    "await client['unsafe'](text);",
    "const unsafe = client.unsafe.bind(client);",
    "const { unsafe } = client;",
    "await q.execute(sql.raw(`select @{id}`));",
    "await q.execute(sql`select @{sql.raw(name)}`);",
    "await q.execute(`select @{id}`);",
    "await q.execute('select ' + id);",
  ])("is caught when it is %s", (text) => {
    expect(sqlFromText("a.ts", code(text))).toHaveLength(1);
  });

  test.each([
    "await client`select @{id}`;",
    "await q.execute(sql`select @{id}`);",
    "await client.unsafe('select 1');",
    "const one = sql.raw('now()');",
    "await q.execute(statement);",
  ])("may be %s", (text) => {
    expect(sqlFromText("a.ts", code(text))).toEqual([]);
  });
});

/** Planted code is written with `@{…}` for a template's hole, so that it does not look like one. */
const code = (text: string) => text.replaceAll("@{", "${");

function sqlFromText(path: string, text: string): readonly string[] {
  const source = parse(path, text);
  const written = new Set<unknown>();
  const found: string[] = [];
  for (const node of nodesOf(source)) {
    if (node.type === "CallExpression" && isWritten(node)) written.add(node.callee);
    if (isSuspect(node) && !written.has(node)) {
      found.push(`${path}:${lineAt(source, node)} builds SQL from text`);
    }
  }
  return found;
}

/** A call whose text stands in the code, so that nothing can be mixed into it. */
function isWritten({ arguments: args }: Node): boolean {
  return Array.isArray(args) && literalText(args[0]) !== undefined;
}

function isSuspect(node: Node): boolean {
  if (node.type === "MemberExpression") {
    const name = memberName(node);
    return name === "unsafe" || (name === "raw" && nameOf(node.object) === "sql");
  }
  if (node.type === "ObjectPattern" && Array.isArray(node.properties)) {
    return node.properties.some((property) => nameOf(property.key) === "unsafe");
  }
  return node.type === "CallExpression" && executesText(node);
}

/** `execute` of a template or of a sum of strings: Drizzle would send it as it is. */
function executesText({ callee, arguments: args }: Node): boolean {
  if (!isNode(callee) || callee.type !== "MemberExpression" || memberName(callee) !== "execute") {
    return false;
  }
  const [first] = Array.isArray(args) ? args : [];
  if (!isNode(first) || literalText(first) !== undefined) return false;
  return first.type === "TemplateLiteral" || first.type === "BinaryExpression";
}
