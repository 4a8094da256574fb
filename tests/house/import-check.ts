import { type ImportRule, importRules } from "./import-rules.ts";
import { type Import, importsOf, targetOf } from "./imports.ts";
import { isTestCode } from "./repository.ts";
import { parse } from "./syntax.ts";

/** Every import of one file that its rule does not allow, each with the reason. */
export function wrongImports(
  path: string,
  text: string,
  workspaces: ReadonlyMap<string, string>,
): readonly string[] {
  const rule = ruleFor(path);
  if (!rule) return [`${path}: no rule says what it may import`];
  return importsOf(parse(path, text)).flatMap((one) => {
    const reason = refusalOf(path, rule, one, workspaces);
    return reason === undefined ? [] : [`${path}:${one.line}: ${one.form} ${reason}`];
  });
}

const modules = /\.(?:tsx?|json)$/;
/** A bundler also takes in what a page looks like. */
const bundled = /\.(?:tsx?|json|css|svg)$/;

export function ruleFor(path: string): ImportRule | undefined {
  return importRules.find(({ of }) => matches(of, path));
}

function refusalOf(
  path: string,
  rule: ImportRule,
  { form, specifier, typesOnly }: Import,
  workspaces: ReadonlyMap<string, string>,
): string | undefined {
  // What is computed cannot be judged, so only tests and tools may load by a computed name.
  if (specifier === undefined) {
    return isProduction(path) ? "of a computed name, which no reader can follow" : undefined;
  }
  const target = targetOf(path, specifier, workspaces);
  if (target.kind === "package") {
    if (rule.packages.some((glob) => matches(glob, target.name))) return undefined;
    return `of package ${target.name} is not for ${rule.of}`;
  }
  const named = path.startsWith("services/web/client/") ? bundled : modules;
  if (form !== "resolve" && !named.test(target.path)) {
    return `of ${specifier} does not name a file with its extension`;
  }
  if (isProduction(path) && isTestCode(target.path)) return `of test code ${target.path}`;

  const service = /^services\/([^/]+)\//.exec(path)?.[1] ?? "";
  const allows = (globs: readonly string[] = []) =>
    globs.some((glob) => matches(glob.replaceAll("{service}", service), target.path));
  if (allows(rule.files)) return undefined;
  if (!allows(rule.types)) return `of ${target.path} is not for ${rule.of}`;
  return typesOnly ? undefined : `of ${target.path} may take types only in ${rule.of}`;
}

const isProduction = (path: string) => path.startsWith("services/") && !isTestCode(path);
const matches = (glob: string, path: string) => new Bun.Glob(glob).match(path);
