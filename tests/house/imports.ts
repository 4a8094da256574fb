import { dirname, join, normalize } from "node:path";
import {
  isNode,
  lineAt,
  literalText,
  memberName,
  type Node,
  nameOf,
  nodesOf,
  type Source,
} from "./syntax.ts";

/** One place where a file names another module, by whatever means the language has. */
export interface Import {
  readonly line: number;
  readonly form: "import" | "export from" | "import()" | "type import()" | "require" | "resolve";
  /** It is gone at run time. */
  readonly typesOnly: boolean;
  /** Undefined when it is computed, so that nobody can read what is imported. */
  readonly specifier: string | undefined;
}

/** Every import of a file, type-only ones included: a type is a dependency as much as a value. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  for (const node of nodesOf(source)) {
    const named = moduleNamedBy(node);
    if (!named) continue;
    const { form, module } = named;
    found.push({
      line: lineAt(source, node),
      form,
      typesOnly: isTypesOnly(node),
      specifier: literalText(module),
    });
  }
  return found;
}

function moduleNamedBy(node: Node): { form: Import["form"]; module: unknown } | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return { form: "import", module: node.source };
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source ? { form: "export from", module: node.source } : undefined;
    case "ImportExpression":
      return { form: "import()", module: node.source };
    case "TSImportType":
      return { form: "type import()", module: node.source };
    case "TSExternalModuleReference":
      return { form: "require", module: node.expression };
    case "CallExpression":
      return moduleCalled(node);
    default:
      return undefined;
  }
}

/** `import type …`, and `import { type A, type B } …`, where each name says it for itself. */
function isTypesOnly({ type, importKind, exportKind, specifiers }: Node): boolean {
  if (type === "TSImportType" || importKind === "type" || exportKind === "type") return true;
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every(
    (specifier) => specifier.importKind === "type" || specifier.exportKind === "type",
  );
}

function moduleCalled({ callee, arguments: args }: Node) {
  const [first] = Array.isArray(args) ? args : [];
  if (nameOf(callee) === "require") return { form: "require" as const, module: first };
  if (!isNode(callee) || callee.type !== "MemberExpression") return undefined;

  const name = memberName(callee);
  if (nameOf(callee.object) === "require" && name === "resolve") {
    return { form: "resolve" as const, module: first };
  }
  const onImportMeta = isNode(callee.object) && callee.object.type === "MetaProperty";
  return onImportMeta && name?.startsWith("resolve")
    ? { form: "resolve" as const, module: first }
    : undefined;
}

/** Where a specifier leads: to a file of ours, or to a package (`node:` and `bun:` modules too). */
export type Target =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string };

/** Resolves by the workspaces' folders, which export their files as they are. */
export function targetOf(
  from: string,
  specifier: string,
  workspaces: ReadonlyMap<string, string>,
): Target {
  if (/^(?:node|bun):/.test(specifier)) return { kind: "package", name: specifier };
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    return { kind: "file", path: normalize(join(dirname(from), specifier)) };
  }
  const [scope = "", name = "", ...rest] = specifier.split("/");
  const scoped = scope.startsWith("@");
  const folder = scoped ? workspaces.get(`${scope}/${name}`) : undefined;
  if (folder !== undefined) return { kind: "file", path: [folder, ...rest].join("/") };
  return { kind: "package", name: scoped ? `${scope}/${name}` : scope };
}
