import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const PAGE = resolve(import.meta.dir, "../../../docs/faults.md");

/**
 * Writes rows into a table of `docs/faults.md` that stands between the markers of its name. A row
 * whose first cell stands there already takes that one's place, so that cases can be measured apart.
 */
export function writeFigures(table: string, rows: readonly (readonly string[])[]): void {
  const page = readFileSync(PAGE, "utf8");
  const begin = `<!-- figures of ${table} -->\n`;
  const end = `<!-- end of figures of ${table} -->`;
  const [before, rest] = split(page, begin);
  const [lines, after] = split(rest, end);
  writeFileSync(PAGE, `${before}${begin}${merged(lines, rows)}${end}${after}`);
}

function split(text: string, at: string): readonly [string, string] {
  const index = text.indexOf(at);
  if (index < 0) throw new Error(`docs/faults.md has no line ${at.trim()}`);
  return [text.slice(0, index), text.slice(index + at.length)];
}

function merged(table: string, rows: readonly (readonly string[])[]): string {
  const lines = table.split("\n").filter((line) => line !== "");
  for (const cells of rows) {
    const line = `| ${cells.join(" | ")} |`;
    const found = lines.findIndex((known) => known.startsWith(`| ${cells[0]} |`));
    if (found < 0) lines.push(line);
    else lines[found] = line;
  }
  return `${lines.join("\n")}\n`;
}
