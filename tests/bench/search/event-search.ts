import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { prepareDatabases } from "@app/dev/dev/databases.ts";
import { startInfrastructure } from "@app/dev/infrastructure.ts";
import { readListRequest } from "@app/events/domain/list-request.ts";
import { listEvents } from "@app/events/store/list-events.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { fillEvents, wordAt } from "./fill-events.ts";
import { plansOf } from "./plans.ts";

/** How long each kind of question took, and how the database answered it. */
export interface SearchFigures {
  readonly postgres: string;
  readonly fillSeconds: number;
  readonly answers: readonly AnswerFigures[];
}

export interface AnswerFigures {
  readonly question: string;
  readonly medianMs: number;
  /** 95 of 100 calls were answered within it. */
  readonly mostMs: number;
  readonly slowestMs: number;
  /** What a call cost the database's processor, on average; it does not grow with what else runs. */
  readonly processorMs: number | undefined;
  /** Events on the page of the last call. */
  readonly found: number;
  readonly plans: readonly string[];
}

const ROOT = resolve(import.meta.dir, "../../..");
const DAY_SECONDS = 86_400;
/** Read once before it is measured: the first calls find nothing in memory. */
const CALLS_BEFORE = 5;

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
  { name: "from a day on", ask: (nth) => ({ from: String(today() + nth * DAY_SECONDS) }) },
  {
    name: "a word, from a day on",
    ask: (nth) => ({ search: wordAt(200 + nth), from: String(today() + nth * DAY_SECONDS) }),
  },
];

/**
 * Fills a database of its own with so many events and asks each kind of question so many times, one
 * after the other over one connection. `onStep` hears what is being done.
 */
export async function measureSearch({
  events,
  calls,
  onStep,
}: {
  readonly events: number;
  readonly calls: number;
  readonly onStep: (text: string) => void;
}): Promise<SearchFigures> {
  const options = { dataDir: join(ROOT, ".quickbite"), purpose: "bench" };
  await using servers = await startInfrastructure({ ...options, durable: false, throwAway: true });
  await prepareDatabases(ROOT, servers.databaseUrl, ["events"]);
  const url = new URL(servers.databaseUrl);
  url.pathname = "/quickbite_events";
  const db = openPool({
    url: url.href,
    connectionsMax: 1,
    name: "bench",
    statementTimeoutMs: 600_000,
  });
  try {
    onStep(`making ${events} events`);
    const filledMs = await timed(() => fillEvents(db, events));
    const answers: AnswerFigures[] = [];
    for (const question of questions) {
      onStep(question.name);
      const { name, ask } = question;
      const figures = await answersTo(db, question, calls);
      const plans = await plansOf(url.href, (asked) => listEvents(asked, readListRequest(ask(1))));
      answers.push({ question: name, ...figures, plans });
    }
    const [server] = await db.q.execute<{ version: string }>(sql`
      select current_setting('server_version') as version`);
    return {
      postgres: server?.version ?? "unknown",
      fillSeconds: Math.round(filledMs / 1_000),
      answers,
    };
  } finally {
    await db.close(1_000);
  }
}

async function answersTo(
  db: Pool,
  { ask }: Question,
  calls: number,
): Promise<Omit<AnswerFigures, "question" | "plans">> {
  const times: number[] = [];
  let found = 0;
  const answer = async (nth: number) => {
    found = (await listEvents(db, readListRequest(ask(nth)))).events.length;
  };
  for (let nth = 1; nth <= CALLS_BEFORE; nth += 1) await answer(calls + nth);
  const [backend] = await db.q.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  const before = processorMsOf(backend?.pid);
  for (let nth = 1; nth <= calls; nth += 1) times.push(await timed(() => answer(nth)));
  const after = processorMsOf(backend?.pid);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const isKnown = before !== undefined && after !== undefined;
  const processorMs = isKnown ? (after - before) / calls : undefined;
  return { medianMs: at(0.5), mostMs: at(0.95), slowestMs: at(1), processorMs, found };
}

/** What a process has used of a processor so far, as Linux tells it; undefined elsewhere. */
function processorMsOf(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/schedstat`;
  if (!existsSync(file)) return undefined;
  return Number(readFileSync(file, "utf8").split(" ")[0]) / 1e6;
}

const today = () => Math.floor(Date.now() / 1_000 / DAY_SECONDS) * DAY_SECONDS;

/** Without its third letter. */
function misspelt(word: string): string {
  return word.slice(0, 2) + word.slice(3);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
