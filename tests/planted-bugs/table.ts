import { join } from "node:path";
import { plantedBugs } from "./bugs.ts";
import { type Catch, recordedCatches } from "./catches.ts";

export const page = join(import.meta.dir, "../../docs/faults.md");

const begin = "<!-- planted bugs: written by `bun run planted-bugs` -->";
const end = "<!-- planted bugs: end -->";

/** The page with its table of planted bugs as they were last caught. Throws where it has no place for one. */
export function withTable(text: string, catches: readonly Catch[]): string {
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`docs/faults.md lacks ${begin} and ${end}`);
  return `${text.slice(0, before)}${begin}\n${tableOf(catches)}\n${text.slice(after)}`;
}

export async function writeTable(): Promise<void> {
  const text = await Bun.file(page).text();
  await Bun.write(page, withTable(text, await recordedCatches()));
}

function tableOf(catches: readonly Catch[]): string {
  const rows = plantedBugs.map(({ name, does }) => {
    const caught = catches.find(({ bug }) => bug === name);
    const how = caught
      ? `${caught.seed} | ${caught.tries} | ${caught.seconds} | ${cell(caught.broken)}`
      : "– | – | – | not recorded";
    return `| \`${name}\` | ${does} | ${how} |`;
  });
  return [
    "| bug | what it does | seed | histories | seconds | what did not hold |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

const cell = (text: string) => text.replaceAll("|", "\\|");
