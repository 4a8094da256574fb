import { join } from "node:path";

const page = join(import.meta.dir, "../../docs/benchmarks.md");

/** Puts what was measured between the marks of that name in `docs/benchmarks.md`. */
export async function writeBlock(name: string, body: string): Promise<void> {
  await Bun.write(page, withBlock(await Bun.file(page).text(), name, body));
}

/** The text with another body between the marks of that name. Throws when it has no such marks. */
export function withBlock(text: string, name: string, body: string): string {
  const begin = `<!-- figures of ${name} -->`;
  const end = `<!-- end of figures of ${name} -->`;
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`docs/benchmarks.md lacks ${begin} and ${end}`);
  return `${text.slice(0, before)}${begin}\n\n${body}\n\n${text.slice(after)}`;
}
