import { parseArgs } from "node:util";
import { bugNamed, type PlantedBug, plantedBugs } from "./bugs.ts";
import { type Catch, recordCatches } from "./catches.ts";
import { huntPlanted } from "./hunted-process.ts";
import { writeTable } from "./table.ts";

const help = `bun run planted-bugs [options]

Plants each known mistake in turn and lets the simulation look for it. Prints what caught it and how
soon, and writes that to docs/faults.md. Fails when one is not caught.

  --bug NAME     only this one
  --runs N       histories a bug, at most (10000)
  --seed N       the seed of the first history (1)
  --minutes N    the time a bug, at most (10)
  --no-record    leaves docs/faults.md as it is
  --help         this text

The bugs:
${plantedBugs.map(({ name, does }) => `  ${name.padEnd(34)}${does}`).join("\n")}`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      bug: { type: "string" },
      runs: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "10" },
      record: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
    allowNegative: true,
  });
  if (values.help) {
    console.log(help);
    return 0;
  }

  const limits = {
    seed: wholeNumber("seed", values.seed),
    runs: wholeNumber("runs", values.runs),
    limitMs: wholeNumber("minutes", values.minutes) * 60_000,
  };
  const wanted = values.bug === undefined ? plantedBugs : [bugNamed(values.bug)];
  const catches: Catch[] = [];
  let missed = 0;
  for (const bug of wanted) {
    const caught = await tried(bug, limits);
    if (caught) catches.push(caught);
    else missed += 1;
  }
  if (values.record) {
    await recordCatches(catches);
    await writeTable();
  }
  return missed === 0 ? 0 : 1;
}

async function tried(
  { name }: PlantedBug,
  limits: Parameters<typeof huntPlanted>[1],
): Promise<Catch | undefined> {
  const { seed, histories, ms, broken } = await huntPlanted(name, limits);
  const seconds = Math.round(ms / 100) / 10;
  if (seed === undefined) {
    console.log(`${name}: NOT caught in ${histories} histories, ${seconds} s`);
    return undefined;
  }
  console.log(`${name}: caught by seed ${seed}, history ${histories}, ${seconds} s: ${broken[0]}`);
  return { bug: name, seed, tries: histories, seconds, broken: broken[0] ?? "" };
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${option} must be a whole number above 0, not ${text}`);
}
