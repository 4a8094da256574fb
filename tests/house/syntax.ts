import { type Program, parseSync } from "oxc-parser";

/** A node of the syntax tree, as much of it as a walk needs to know. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** One parsed file. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

/** Parses TypeScript. Throws for a file that does not parse: a rule must never pass over one unread. */
export function parse(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new SyntaxError(`${path}: ${error.message}`);
  return { path, text, program };
}

/** Every node of the file, parents before children. */
export function* nodesOf({ program }: Source): Generator<Node> {
  const open: unknown[] = [program];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) open.push(...value.toReversed());
    else if (isNode(value)) {
      yield value;
      open.push(...Object.values(value).toReversed());
    }
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The text of a string literal or of a template without holes; undefined for anything computed. */
export function literalText(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Literal") return typeof value.value === "string" ? value.value : undefined;
  if (value.type !== "TemplateLiteral" || !Array.isArray(value.quasis)) return undefined;
  const [only, ...more] = value.quasis;
  return more.length === 0 ? only?.value?.cooked : undefined;
}

/** The member expression's property when it is named outright, as in `process.env`. */
export function memberName(node: Node): string | undefined {
  const { property } = node;
  if (!isNode(property)) return undefined;
  return node.computed ? literalText(property) : nameOf(property);
}

export function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  const identifier = value.type === "Identifier" || value.type === "PrivateIdentifier";
  return identifier && typeof value.name === "string" ? value.name : undefined;
}

export function lineAt({ text }: Source, { start }: Pick<Node, "start">): number {
  return text.slice(0, start).split("\n").length;
}
