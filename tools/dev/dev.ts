import { join, resolve } from "node:path";
import { Advice } from "./dev/advice.ts";
import { coloursFor, wantsColour } from "./dev/colours.ts";
import { endSignals } from "./dev/end-signals.ts";
import { isInteractive } from "./dev/keys.ts";
import { readOptions } from "./dev/options.ts";
import { run } from "./dev/run.ts";
import type { Unit } from "./dev/supervise.ts";
import { openTerminal } from "./dev/terminal.ts";
import { NothingWorked } from "./infrastructure/ways.ts";

/** `bun run dev`: everything on one machine, until it is told to stop. */

const REPOSITORY = resolve(import.meta.dir, "../..");
const KILLED = 130;
const KILL_LIMIT_MS = 1_000;

if (import.meta.main) process.exit(await dev(process.argv.slice(2)));

async function dev(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const colours = coloursFor(wantsColour(options.color && !options.ci));
  const units: Unit[] = [];
  using terminal = openTerminal(!options.ci && isInteractive());
  // What is not killed by then is ended by the watchdog, which outlives this process.
  using end = endSignals(async () => {
    await Promise.race([Promise.all(units.map((unit) => unit.kill())), Bun.sleep(KILL_LIMIT_MS)]);
    process.exit(KILLED);
  });
  try {
    await run({
      repository: REPOSITORY,
      dataDir: process.env.QUICKBITE_DATA_DIRECTORY || join(REPOSITORY, ".quickbite"),
      options,
      colours,
      terminal,
      end,
      units,
    });
    return 0;
  } catch (error) {
    // Told to stop while starting; only who waits for a result calls that a failure.
    if (end.stopping.aborted && error === end.stopping.reason) return options.ci ? 1 : 0;
    terminal.print(colours.red(textOf(error)));
    return 1;
  }
}

/** What a person can mend needs no stack. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Advice || error instanceof NothingWorked) return error.message;
  return error.stack ?? error.message;
}
