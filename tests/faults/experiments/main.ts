import { parseArgs } from "node:util";
import { clusterExperiment } from "../cluster/experiment.ts";
import { processesExperiment } from "../processes/experiment.ts";
import { writeFigures } from "./figures.ts";
import { forgetfulBroker, keptMessages, messages, publishWindow } from "./forgetful-broker.ts";
import { holdRaces, racesPerTrial } from "./hold-races.ts";
import { type PoisonResult, runPoisonedKeys } from "./poisoned-keys.ts";

const usage = `bun run experiment NAME [options]

  cluster   three brokers under load, the leader lost in seven ways
  processes a cluster of the dev run under load, and any one process of it killed
  poison    five of 200 keys fail for good, rounds with and without them in turn
  forget    the broker's store put back, then its stream deleted
  holds     holds of seats confirmed and expired at the same moment

  --trials N   cluster: how often each way (10); processes: how often each kind (10);
              poison: rounds of each kind (3); holds: thousands of races (10)
  --case TEXT  cluster, processes: only the ways or kinds whose names contain it
  --write      writes the figures into docs/faults.md

Exits 0 when all that was promised held.`;

const keys = 200;
const versions = 50;
/** Of the throughput without poison. */
const ratioMin = 0.9;

if (import.meta.main) process.exit(await main());

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      trials: { type: "string" },
      case: { type: "string", default: "" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [name] = positionals;
  const trials = values.trials === undefined ? undefined : Number(values.trials);
  const tooOdd =
    trials !== undefined && !(Number.isInteger(trials) && trials >= 1 && trials <= 100);
  if (values.help || name === undefined || tooOdd) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const write = (table: string, rows: readonly (readonly string[])[]) => {
    for (const row of rows) console.log(row.join(" | "));
    if (values.write) writeFigures(table, rows);
  };
  if (name === "cluster") {
    const { rows, held } = await clusterExperiment({ trials: trials ?? 10, named: values.case });
    write("cluster", rows);
    return held ? 0 : 1;
  }
  if (name === "processes") {
    const { rows, held } = await processesExperiment({ trials: trials ?? 10, named: values.case });
    write("processes", rows);
    return held ? 0 : 1;
  }
  if (name === "poison") return poison(trials ?? 3, write);
  if (name === "forget") return forget(write);
  if (name === "holds") return holds(trials ?? 10, write);
  console.error(`there is no experiment ${name}\n\n${usage}`);
  return 2;
}

type Write = (table: string, rows: readonly (readonly string[])[]) => void;

async function holds(trials: number, write: Write): Promise<number> {
  const { count, confirmed, expired, wrong, breaches, seconds } = await holdRaces(trials);
  write("holds", [
    ["races", String(count)],
    ["won by confirm", String(confirmed)],
    ["won by expiry", String(expired)],
    ["won by both, or by neither", String(wrong.length)],
    ["breaches of what is always true", String(breaches.length)],
    ["seconds", String(seconds)],
  ]);
  for (const text of [...wrong, ...breaches]) console.log(`broken: ${text}`);
  const isEven = Math.min(confirmed, expired) > trials * racesPerTrial * 0.1;
  return wrong.length + breaches.length === 0 && isEven ? 0 : 1;
}

async function poison(count: number, write: Write): Promise<number> {
  // The first round warms everything up and counts for nothing.
  const rounds = [false, ...Array.from({ length: 2 * count }, (_, index) => index % 2 === 1)];
  const asInProduction = { retryBase: 250, attemptsMax: 5 };
  const result = await runPoisonedKeys({ rounds, keys, versions, ...asInProduction });
  const { heldUp, disorder, deadLetters, effects } = result;
  const ratio = medianOf(result, true) / medianOf(result, false);
  const expected = rounds.length * keys * versions;
  write("poison", [
    ["healthy messages a second without poison, median", String(medianOf(result, false))],
    ["healthy messages a second beside five poisoned keys, median", String(medianOf(result, true))],
    ["ratio", ratio.toFixed(2)],
    ["healthy messages held up beyond a third attempt", String(heldUp.length)],
    ["dead letters redriven after repair", String(deadLetters)],
    ["effects, and rows out of order", `${effects} of ${expected}, ${disorder}`],
  ]);
  for (const text of heldUp) console.log(`held up: ${text}`);
  const held = heldUp.length === 0 && disorder === 0 && effects === expected;
  return held && ratio >= ratioMin ? 0 : 1;
}

function medianOf({ rounds }: PoisonResult, poisoned: boolean): number {
  const figures = rounds
    .slice(1)
    .filter((round) => round.poisoned === poisoned)
    .map(({ healthyPerSecond }) => healthyPerSecond)
    .toSorted((a, b) => a - b);
  return figures[Math.floor(figures.length / 2)] ?? 0;
}

async function forget(write: Write): Promise<number> {
  const { putBack, deleted } = await forgetfulBroker();
  const lost = messages - keptMessages;
  write("forget", [
    ["store put back", lost, putBack.stored, putBack.publishes, putBack.effects].map(String),
    ["stream deleted", messages, deleted.stored, deleted.publishes, deleted.effects].map(String),
  ]);
  const exact = putBack.stored === lost && deleted.stored === messages;
  const few =
    putBack.publishes <= lost + publishWindow && deleted.publishes <= messages + publishWindow;
  const once = [putBack, deleted].every(
    ({ effects, disorder }) => effects === messages && disorder === 0,
  );
  return exact && few && once ? 0 : 1;
}
