import { ResolvedLetterView } from "@app/platform/messaging/ops-repair-views.ts";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { letterAt, letterPlace, nameOf } from "../letter-place.ts";
import type { Run } from "../program.ts";

interface DiscardFlags {
  readonly reason: string;
  readonly dryRun?: boolean;
}

/** Giving a letter up, and taking that back. */
export function dlqResolveCommands(dlq: Command, run: Run): void {
  dlq
    .command("discard")
    .argument("<id>", "such as inventory/3")
    .requiredOption("--reason <text>", "why, for the audit")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("give it up: its key goes on without it")
    .action(run((context, flags: DiscardFlags, id) => discard(context, flags, id)));

  dlq
    .command("restore")
    .argument("<id>", "such as inventory/3")
    .requiredOption("--reason <text>", "why, for the audit")
    .description("take a discard back, as long as no later message of its key has run")
    .action(run((context, flags: { reason: string }, id) => restore(context, flags, id)));
}

async function discard(
  context: Context,
  { reason, dryRun = false }: DiscardFlags,
  text: string,
): Promise<void> {
  const { out } = context;
  const place = await letterPlace(context, text);
  const id = nameOf(place);
  const letter = await letterAt(place);
  const { state, key, version, lane, revision } = letter;
  if (dryRun) {
    const would = state === "dead";
    out.data({ id, wouldDiscard: would, key, version, waiting: lane?.waiting ?? 0 });
    if (!would) {
      throw new Failure("refused", `${id} cannot be discarded: it is ${state}`, {
        next: "qb dlq ls",
      });
    }
    const behind = lane?.waiting ? `, and the ${lane.waiting} behind it would run` : "";
    out.say(
      `Would give up ${key === null ? id : `${key} version ${version}`}${behind}. Nothing was done.`,
    );
    return;
  }
  const done = await place.service.ask(
    `/ops/v1/dead-letters/${place.id}/discard`,
    ResolvedLetterView,
    // What was looked at is what is given up.
    { method: "POST", body: { reason, revision } },
  );
  out.data({ ...done, id });
  out.say(`${out.colours.green("Discarded")} ${id}: what waited behind it runs now.`);
}

async function restore(
  context: Context,
  { reason }: { readonly reason: string },
  text: string,
): Promise<void> {
  const { out } = context;
  const place = await letterPlace(context, text);
  const id = nameOf(place);
  const restored = await place.service.ask(
    `/ops/v1/dead-letters/${place.id}/restore`,
    ResolvedLetterView,
    { method: "POST", body: { reason } },
  );
  out.data({ ...restored, id });
  out.say(`${out.colours.green("Restored")} ${id}: it is a dead letter again.`);
  out.say(`Try next: qb dlq show ${id}`);
}
