import { cpus, loadavg, totalmem } from "node:os";
import { writeBlock } from "../page-block.ts";
import type { SearchFigures } from "./event-search.ts";

/** What 95 of 100 answers may take. */
export const limitMs = 20;

/** A row for each kind of question, in Markdown. */
export function searchTable({ answers }: SearchFigures): string {
  const rows = answers.map(({ question, medianMs, mostMs, slowestMs, processorMs, found }) => {
    const [median, most, slowest] = [medianMs, mostMs, slowestMs].map((ms) => ms.toFixed(1));
    return `| ${question} | ${median} | ${most} | ${slowest} | ${processorMs?.toFixed(1) ?? "–"} | ${found} |`;
  });
  return [
    "| question | median | 95 of 100 within | slowest | processor of the database | events found |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** Writes figures, machine and plans into the page. */
export async function writeSearch(
  figures: SearchFigures,
  { events, calls }: { readonly events: number; readonly calls: number },
): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const plans = figures.answers.map(
    ({ question, plans }) => `**${question}**\n\n\`\`\`\n${plans.map(brief).join("\n\n")}\n\`\`\``,
  );
  const body = [
    `${date}, ${events} events, ${calls} calls of each kind over one connection; ${machine()}; Postgres ${figures.postgres}. Milliseconds.`,
    searchTable(figures),
    "<details><summary>The plan of one call of each kind</summary>",
    ...plans,
    "</details>",
  ].join("\n\n");
  await writeBlock("search", body);
}

/** A plan without what it read from where. */
function brief(plan: string): string {
  const isDetail = /^\s*(?:Buffers|Planning|Index Searches|Heap Blocks|Heap Fetches|Sort Method):/;
  return plan
    .split("\n")
    .filter((line) => !isDetail.test(line))
    .join("\n");
}

/** With what else it was doing: a busy machine answers later than it could. */
function machine(): string {
  const [processor] = cpus();
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const [, , busy = 0] = loadavg();
  return `${cpus().length} × ${processor?.model ?? "unknown processor"}, ${gibibytes} GiB, mean load of the last 15 minutes ${busy.toFixed(1)}`;
}
