import { parseArgs } from "node:util";
import { measureSearch } from "./event-search.ts";
import { limitMs, searchTable, writeSearch } from "./search-page.ts";

const usage = `bun run bench search [options]

Fills a database of its own with events, asks each kind of question many times, and prints how long the
answers took and how the database found them.

  --events N   how many events (1000000)
  --calls N    how often each question is asked (200)
  --write      writes the figures and the plans into docs/benchmarks.md

Exits 0 when 95 of 100 answers to each question took at most ${limitMs} ms.`;

const eventsMax = 10_000_000;
const callsMax = 100_000;

/** `bun run bench search`; returns the exit code. */
export async function searchBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: "string", default: "1000000" },
      calls: { type: "string", default: "200" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const events = whole(values.events, eventsMax);
  const calls = whole(values.calls, callsMax);
  if (values.help || !events || !calls) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const onStep = (text: string) => console.error(text);
  const figures = await measureSearch({ events, calls, onStep });
  console.log(searchTable(figures));
  for (const { question, plans } of figures.answers)
    console.log(`\n${question}\n\n${plans.join("\n\n")}`);
  if (values.write) await writeSearch(figures, { events, calls });
  return figures.answers.every(({ mostMs }) => mostMs <= limitMs) ? 0 : 1;
}

function whole(text: string, max: number): number | undefined {
  const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value <= max ? value : undefined;
}
