import {
  EditedLetterView,
  type FieldChangeView,
} from "@app/platform/messaging/ops-repair-views.ts";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { letterAt, letterPlace, nameOf } from "../letter-place.ts";
import type { Run } from "../program.ts";

interface EditFlags {
  readonly file?: string;
  readonly reason: string;
  readonly redrive?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** A new payload for a letter, shown before it is stored. */
export function dlqEditCommand(dlq: Command, run: Run): void {
  dlq
    .command("edit")
    .argument("<id>", "such as inventory/3")
    .requiredOption("--reason <text>", "why, for the audit")
    .option("--file <path>", "the whole payload as JSON; else it is read from stdin")
    .option("--redrive", "also run it, in the same transaction")
    .option("--dry-run", "check it and show the difference, and do nothing")
    .option("--yes", "do not ask")
    .description("give it a new payload, as a new revision; the bytes that came are kept")
    .action(run((context, flags: EditFlags, id) => edit(context, flags, id)));
}

async function edit(context: Context, flags: EditFlags, text: string): Promise<void> {
  const { out } = context;
  const { reason, redrive = false, dryRun = false } = flags;
  const place = await letterPlace(context, text);
  const id = nameOf(place);
  const { revision } = await letterAt(place);
  const payload = await readPayload(flags.file, id);
  const send = (checkOnly: boolean) =>
    place.service.ask(`/ops/v1/dead-letters/${place.id}/edit`, EditedLetterView, {
      method: "POST",
      body: { payload, reason, revision, redrive, dryRun: checkOnly },
    });

  const checked = await send(true);
  showDifference(context, checked.difference);
  if (dryRun) {
    out.data({ id, ...checked });
    out.say("Nothing was done.");
    return;
  }
  if (!flags.yes) askFor(`Store this as revision ${revision + 1} of ${id}?`, flags.file);

  const edited = await send(false);
  out.data({ id, ...edited });
  if (edited.outcome === "failed") {
    throw new Failure("failed", `${id} stays as it was, its handler failed: ${edited.error}`, {
      next: `qb dlq show ${id}`,
    });
  }
  const what = edited.outcome === "done" ? "was edited and handled" : "was edited";
  out.say(`${out.colours.green("Done")}: ${id} ${what}, revision ${edited.revision}.`);
  if (edited.outcome === "edited") out.say(`Try next: qb dlq redrive ${id} --dry-run`);
}

async function readPayload(file: string | undefined, id: string): Promise<unknown> {
  if (file === undefined && process.stdin.isTTY) {
    throw new Failure("usage", "the new payload comes from --file, or from stdin", {
      next: `qb dlq show ${id} --json`,
    });
  }
  const source = file === undefined ? Bun.stdin : Bun.file(file);
  try {
    return JSON.parse(await source.text());
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("usage", `${file ?? "stdin"} holds no payload: ${problem}`, { cause });
  }
}

function showDifference({ out }: Context, difference: readonly FieldChangeView[]): void {
  if (difference.length === 0) out.say("It says what is there already.");
  else {
    out.table(
      [
        { title: "FIELD", value: ({ path }) => (path === "" ? "the whole payload" : path) },
        {
          title: "BEFORE",
          value: ({ before }) => jsonOf(before),
          paint: (text, _row, { red }) => red(text),
        },
        {
          title: "AFTER",
          value: ({ after }) => jsonOf(after),
          paint: (text, _row, { green }) => green(text),
        },
      ],
      difference,
    );
  }
}

const jsonOf = (value: unknown) => (value === null ? null : JSON.stringify(value));

function askFor(question: string, file: string | undefined): void {
  if (file === undefined || !process.stdin.isTTY) {
    throw new Failure("usage", "there is nobody to ask: say --yes", {
      next: "the same command with --yes, or with --dry-run",
    });
  }
  if (!confirm(question)) throw new Failure("refused", "nothing was stored");
}
