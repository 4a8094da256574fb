import { join } from "node:path";
import type { CampaignResult } from "./campaign.ts";
import type { BoundaryRecord } from "./faults/aimed-crashes.ts";
import { groups, reachedOf, summaryOf, titles } from "./report.ts";

export const page = join(import.meta.dir, "../../docs/faults.md");

const begin = "<!-- simulation: written by `bun run simulate --write` -->";
const end = "<!-- simulation: end -->";

/** The page with what the last recorded run reached. Throws where it has no place for that. */
export function withRecord(text: string, result: CampaignResult): string {
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`docs/faults.md lacks ${begin} and ${end}`);
  return `${text.slice(0, before)}${begin}\n${recordOf(result)}\n${text.slice(after)}`;
}

/** The await boundaries that not every history crosses, and in how many they were. */
export function boundariesSeen({ coverage, histories }: CampaignResult): BoundaryRecord {
  const crossed = coverage
    .names("crossed boundary")
    .map((name) => [name, coverage.count("crossed boundary", name)] as const)
    .filter(([, count]) => count < histories * 0.9);
  return { histories, crossedIn: Object.fromEntries(crossed) };
}

/** From now on random histories aim their crashes by these. */
export async function writeBoundaries(result: CampaignResult): Promise<void> {
  const file = join(import.meta.dir, "faults/crossed-boundaries.json");
  await Bun.write(file, `${JSON.stringify(boundariesSeen(result), null, 2)}\n`);
}

export async function writeRecord(result: CampaignResult): Promise<void> {
  await Bun.write(page, withRecord(await Bun.file(page).text(), result));
}

function recordOf(result: CampaignResult): string {
  const rows = groups.flatMap((group) => {
    const reached = reachedOf(result.coverage, group);
    const [least] = reached;
    if (!least) return [];
    const most = reached.at(-1) ?? least;
    const ends = `${least.count} (${least.name}) | ${most.count} (${most.name})`;
    return [`| ${titles[group]} | ${reached.length} | ${ends} |`];
  });
  return [
    `The last recorded run: ${summaryOf(result)}.`,
    "",
    "| reached | different ones | the least often | the most often |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
