import type { Command } from "commander";
import type { CheckResult } from "../check-result.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { seconds } from "../options.ts";
import type { Run } from "../program.ts";
import { untilQuiet } from "../quiet.ts";
import { failing, verifySystem } from "../verify-system.ts";

interface VerifyFlags {
  readonly full?: boolean;
  readonly strict?: boolean;
  readonly wait?: number | true;
}

const waitDefaultSeconds = 60;

/** Whether everything is as promised, with the rows that are not. */
export function verifyCommand(program: Command, run: Run): void {
  program
    .command("verify")
    .description("check every invariant of the running system, and show the rows that break one")
    .option("--full", "from the first message and the first row, instead of the newest")
    .option("--strict", "fail as well while anything waits: dead letters, parked, outbox")
    .option(
      "--wait [seconds]",
      `first wait until nothing is left to do, ${waitDefaultSeconds} s unless told`,
      seconds(86_400),
    )
    .action(run((context, flags: VerifyFlags) => verify(context, flags)));
}

async function verify(
  context: Context,
  { full = false, strict, wait }: VerifyFlags,
): Promise<void> {
  const { out } = context;
  if (wait !== undefined) await waitForQuiet(context, wait === true ? waitDefaultSeconds : wait);
  const results = await verifySystem(context, { full, onProgress: out.status });
  out.status("");
  const failed = strict ? results.filter(({ state }) => state !== "ok") : failing(results);
  out.data({ ok: failed.length === 0, full, results });
  tell(context, results);

  const [first] = failed;
  if (!first) return out.say(out.colours.green("Everything is as promised."));
  throw new Failure("failed", `${failed.length} of ${results.length} checks failed`, {
    next: wayOut(first, full),
  });
}

async function waitForQuiet(context: Context, limitSeconds: number): Promise<void> {
  const { out } = context;
  const left = await untilQuiet(context, {
    timeoutMs: limitSeconds * 1_000,
    onWait: (text) => out.status(`waiting: ${text}`),
  });
  out.status("");
  if (left === undefined) return;
  throw new Failure("failed", `not quiet within ${limitSeconds} s: ${left}`, { next: "qb doctor" });
}

const marks = { ok: "✓", open: "!", broken: "✗", unknown: "?" } as const;

function tell({ out }: Context, results: readonly CheckResult[]): void {
  out.table(
    [
      {
        title: "",
        value: ({ state }) => (out.isTerminal ? marks[state] : state),
        paint: (text, { state }, { green, yellow, red }) =>
          ({ ok: green, open: yellow, broken: red, unknown: red })[state](text),
      },
      { title: "WHERE", value: ({ where }) => where },
      { title: "CHECK", value: ({ name }) => name },
      { title: "FOUND", value: foundOf },
    ],
    results,
  );
  for (const { where, name, sentence, state, rows, count } of results) {
    if (state !== "broken") continue;
    out.say();
    out.say(`${out.colours.red(`${where}: ${name}`)}: not so that ${sentence}`);
    for (const { about, problem } of rows) out.say(`  ${about}: ${problem}`);
    if (count > rows.length) out.say(`  and ${count - rows.length} more`);
  }
}

function foundOf({ state, checked, count, rows, problem, sentence }: CheckResult): string {
  if (state === "unknown") return problem ?? "not looked at";
  if (state === "broken") return `${count} broken`;
  if (state === "open") return rows.map((row) => `${row.about}: ${row.problem}`).join(", ");
  return checked > 0 ? `${checked} looked at` : sentence;
}

function wayOut({ state, where, name, rows }: CheckResult, full: boolean): string {
  if (state === "unknown") return full ? "qb doctor" : "qb verify --full";
  if (name === "dead-letters") return "qb dlq ls";
  if (name === "stuck-lanes" || name === "parked") return "qb lane ls";
  if (name === "received-accounted-for" || name === "sent-in-stream") return "qb missing ls";
  if (name === "outbox") return "qb outbox ls";
  const [, id] = /^order\/(\d+)/.exec(rows[0]?.about ?? "") ?? [];
  return id ? `qb order why ${id}` : `read the log of ${where}`;
}
