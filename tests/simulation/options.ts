import { parseArgs } from "node:util";
import { type OneOrderCase, oneOrderCaseNames } from "./exhaustive.ts";

export type SimulationMode = "all" | "exhaustive" | "safety" | "liveness";

export interface SimulationOptions {
  readonly mode: SimulationMode;
  /** The first random history's; those after it have the numbers after it. */
  readonly seed: number;
  /** Random histories. */
  readonly runs: number;
  /** Stops when that much real time has passed. */
  readonly minutes: number;
  /** Programs that share the work. */
  readonly processes: number;
  /** Exhaustive: two crashes in every order of places, not only one. */
  readonly pairs: boolean;
  /** Exhaustive: only this case, and only this crash. */
  readonly of: OneOrderCase | undefined;
  readonly crashAt: readonly number[] | undefined;
  /** Shows what happened in each history, not only in one that fails. */
  readonly trace: boolean;
  /** Of a history that is shown, at most so many of its last events. */
  readonly last: number;
  /** Goes on after a violation. */
  readonly keepGoing: boolean;
  /** Writes the result as one JSON line, for programs. */
  readonly json: boolean;
  /** Writes what was reached to docs/faults.md. */
  readonly write: boolean;
  /** Writes how often histories cross await boundaries to tests/simulation/faults. */
  readonly recordBoundaries: boolean;
}

export const usage = `usage: bun run simulate [options]

Runs the real core of orders and inventory on a simulated broker, clock and scheduler and on models
of the stores, and checks after each history what must hold. The same seed makes the same history.

  --mode M        exhaustive: one order, a process crashing at every await boundary
                  safety:     random histories that end amid their faults
                  liveness:   random histories that heal and must come to rest
                  all:        all three, random ones in turn (default)
  --seed N        the first random history (default 1)
  --runs N        how many random histories (default 10000)
  --minutes N     stop after that much time (default 60)
  --processes N   programs that share the random histories, 1 to 16 (default 2)
  --pairs         exhaustive: every further crash after each crash, too
  --case C        exhaustive: only ${oneOrderCaseNames.map((name) => `"${name}"`).join(", ")}
  --crash-at A,B  exhaustive: only crashes at these crossings
  --trace         show what happens in each history
  --last N        of a history that is shown, at most its last N events (default 2000)
  --keep-going    do not stop at the first violation
  --json          write one line of JSON instead
  --write         write what was reached to docs/faults.md, unless something did not hold
  --record-boundaries
                  write which await boundaries are seldom crossed, for crashes that aim at them;
                  only with --mode liveness, and it changes all random histories
  --help          show this

Exits with 1 when something does not hold; then it prints the history and how to see it again. Exits
with 1 too when 100000 histories or more did not reach each point, fault, pair and await boundary
100 times; those that it did not reach are listed.`;

/** Something in the arguments is wrong; the message says what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const modes: readonly SimulationMode[] = ["all", "exhaustive", "safety", "liveness"];

/** Reads the arguments; undefined when help is asked for. */
export function readOptions(args: readonly string[]): SimulationOptions | undefined {
  const { values } = parsed(args);
  if (values.help) return undefined;
  const mode = modes.find((known) => known === (values.mode ?? "all"));
  if (!mode) throw new UsageError(`--mode must be one of ${modes.join(", ")}`);
  if (values["record-boundaries"] && mode !== "liveness")
    throw new UsageError("--record-boundaries needs --mode liveness");
  const of = oneOrderCaseNames.find((known) => known === values.case);
  if (values.case !== undefined && !of)
    throw new UsageError(`--case must be one of ${oneOrderCaseNames.join(", ")}`);
  return {
    mode,
    seed: wholeNumber("--seed", values.seed ?? "1", 2 ** 31 - 1),
    runs: wholeNumber("--runs", values.runs ?? "10000", 100_000_000),
    minutes: wholeNumber("--minutes", values.minutes ?? "60", 10_000),
    processes: wholeNumber("--processes", values.processes ?? "2", 16),
    pairs: values.pairs ?? false,
    of,
    crashAt: values["crash-at"]
      ?.split(",")
      .map((crossing) => wholeNumber("--crash-at", crossing, 1_000_000)),
    trace: values.trace ?? false,
    last: wholeNumber("--last", values.last ?? "2000", 1_000_000),
    keepGoing: values["keep-going"] ?? false,
    json: values.json ?? false,
    write: values.write ?? false,
    recordBoundaries: values["record-boundaries"] ?? false,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        mode: text,
        seed: text,
        runs: text,
        minutes: text,
        processes: text,
        pairs: flag,
        case: text,
        "crash-at": text,
        trace: flag,
        last: text,
        "keep-going": flag,
        json: flag,
        write: flag,
        "record-boundaries": flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > max)
    throw new UsageError(`${name} must be a whole number from 1 to ${max}`);
  return number;
}
