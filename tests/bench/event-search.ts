import { join, resolve } from "node:path";
import { prepareDatabases } from "@app/dev/dev/databases.ts";
import { startInfrastructure } from "@app/dev/infrastructure.ts";
import { readListRequest } from "@app/events/domain/list-request.ts";
import { listEvents } from "@app/events/store/list-events.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { fillEvents, wordAt } from "./fill-events.ts";
import { plansOf } from "./plans.ts";

/**
 * How long a search among many events takes: `bun tests/bench/event-search.ts [events] [calls]`, by
 * default a million and 200 of each kind. Prints a table, and below it the plan of one call of each.
 */

const ROOT = resolve(import.meta.dir, "../..");
const EVENTS_MAX = 10_000_000;
const CALLS_MAX = 100_000;
const LIMIT_MS = 20;

interface Question {
  readonly name: string;
  /** Another one each time, so that nothing is answered from what was just read. */
  ask(nth: number): Readonly<Record<string, string>>;
}

/** Words are numbered by how often they occur, the most frequent first. */
const questions: readonly Question[] = [
  { name: "a rare word", ask: (nth) => ({ search: wordAt(20_000 + nth) }) },
  { name: "a usual word", ask: (nth) => ({ search: wordAt(500 + nth) }) },
  { name: "a frequent word", ask: (nth) => ({ search: wordAt(nth % 10) }) },
  { name: "two usual words", ask: (nth) => ({ search: `${wordAt(nth)} ${wordAt(100 + nth)}` }) },
  { name: "a beginning", ask: (nth) => ({ search: wordAt(5_000 + nth).slice(0, 5) }) },
  { name: "a misspelt word", ask: (nth) => ({ search: misspelt(wordAt(3_000 + nth)) }) },
  { name: "a word, available", ask: (nth) => ({ search: wordAt(300 + nth), available: "true" }) },
  {
    name: "a word in a country",
    ask: (nth) => ({ search: wordAt(nth), country: `Land ${nth % 50}` }),
  },
  { name: "what is available", ask: () => ({ available: "true" }) },
  { name: "a country", ask: (nth) => ({ country: `Land ${nth % 50}` }) },
];

if (import.meta.main) await bench(Bun.argv.slice(2));

async function bench([events = "1000000", calls = "200"]: readonly string[]): Promise<void> {
  const count = whole(events, EVENTS_MAX);
  const callCount = whole(calls, CALLS_MAX);
  const options = { dataDir: join(ROOT, ".quickbite"), purpose: "bench" };
  await using servers = await startInfrastructure({ ...options, durable: false, throwAway: true });
  await prepareDatabases(ROOT, servers.databaseUrl, ["events"]);
  const url = new URL(servers.databaseUrl);
  url.pathname = "/quickbite_events";
  const db = openPool({
    url: url.href,
    connectionsMax: 2,
    name: "bench",
    statementTimeoutMs: 600_000,
  });
  try {
    const filledMs = await timed(() => fillEvents(db, count));
    console.log(`${count} events in ${Math.round(filledMs / 1_000)} s\n`);
    console.log("| question | median ms | 95 of 100 ms | slowest ms | found by the last |");
    console.log("|---|---|---|---|---|");
    for (const question of questions) console.log(await rowOf(db, question, callCount));
    for (const { name, ask } of questions) {
      console.log(`\n## ${name}\n`);
      const plans = await plansOf(url.href, (db) => listEvents(db, readListRequest(ask(1))));
      for (const plan of plans) console.log(`${plan}\n`);
    }
  } finally {
    await db.close(1_000);
  }
}

async function rowOf(db: Pool, { name, ask }: Question, calls: number): Promise<string> {
  const times: number[] = [];
  let found = 0;
  for (let nth = 1; nth <= calls; nth += 1) {
    const request = readListRequest(ask(nth));
    times.push(
      await timed(async () => {
        found = (await listEvents(db, request)).events.length;
      }),
    );
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const [median, most, slowest] = [at(0.5), at(0.95), at(1)].map((ms) => ms.toFixed(1));
  const mark = at(0.95) > LIMIT_MS ? " (too slow)" : "";
  return `| ${name} | ${median} | ${most}${mark} | ${slowest} | ${found} |`;
}

/** Without its third letter. */
function misspelt(word: string): string {
  return word.slice(0, 2) + word.slice(3);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function whole(text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new Error(`${text} is not a whole number from 1 to ${max}`);
}
