import { DeadLettersView, type DeadLetterView } from "@app/platform/messaging/ops-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import { ownerOf } from "../consumer-owner.ts";
import type { Context } from "../context.ts";
import { ageOf } from "../duration.ts";
import { letterAt, letterPlace } from "../letter-place.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";
import { dlqEditCommand } from "./dlq-edit.ts";
import { dlqGroupsCommand } from "./dlq-groups.ts";
import { dlqRedriveCommand } from "./dlq-redrive.ts";
import { dlqResolveCommands } from "./dlq-resolve.ts";
import { dlqRunCommands } from "./dlq-run.ts";

interface ListFlags {
  readonly consumer?: string;
  readonly state: string;
  readonly key?: string;
  readonly group?: string;
  readonly limit: string;
}

/** Dead letters: what a consumer could not handle, kept until somebody decides. */
export function dlqCommands(program: Command, run: Run): void {
  const dlq = program.command("dlq").description("dead letters: messages that were set aside");

  dlq
    .command("ls")
    .description("list them, newest first")
    .option("--consumer <name>", "only of this consumer")
    .option("--state <state>", "dead, done, discarded or all", "dead")
    .option("--key <key>", "only of this aggregate, such as order/17")
    .option("--group <id>", "only of this group of qb dlq groups")
    .addOption(limitOption())
    .action(run((context, flags: ListFlags) => list(context, flags)));

  dlq
    .command("show")
    .argument("<id>", "such as inventory/3")
    .description("show one whole: its payload decoded, its headers, what waits behind it")
    .action(run((context, _flags, id) => show(context, id)));

  dlqGroupsCommand(dlq, run);
  dlqRedriveCommand(dlq, run);
  dlqRunCommands(dlq, run);
  dlqEditCommand(dlq, run);
  dlqResolveCommands(dlq, run);
}

type Listed = DeadLetterView & { readonly service: string };

async function list(
  { services, out }: Context,
  { consumer, state, key, group, limit }: ListFlags,
): Promise<void> {
  const query = new URLSearchParams({ limit });
  if (state !== "all") query.set("state", state);
  if (key !== undefined) query.set("key", key);
  if (group !== undefined) query.set("group", group);
  if (consumer !== undefined) query.set("consumer", consumer);

  // A consumer's name is known to one service; the others would refuse it.
  const asked = consumer === undefined ? services : [await ownerOf(services, consumer)];
  const answers = await askEach(asked, async (service): Promise<readonly Listed[]> => {
    const page = await service.ask(`/ops/v1/dead-letters?${query}`, DeadLettersView);
    return page.deadLetters.map((letter) => ({ ...letter, service: service.name }));
  });
  const found = answers.found.flat().toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));

  const { unanswered } = answers;
  out.data({ deadLetters: found, unanswered });
  if (found.length === 0) {
    const isAll = state === "dead" && unanswered.length === 0;
    out.say(isAll ? "No dead letters: every message was handled." : "None.");
    return answers.requireAll();
  }
  out.table(
    [
      { title: "ID", value: idOf, paint: (text, _row, { cyan }) => cyan(text) },
      { title: "AGE", value: ({ createdAt }) => ageOf(createdAt) },
      { title: "STATE", value: ({ state }) => state },
      { title: "CONSUMER", value: ({ consumer }) => consumer },
      { title: "KEY", value: ({ key, version }) => (key === null ? null : `${key} v${version}`) },
      { title: "TYPE", value: ({ type }) => type },
      { title: "REASON", value: ({ reason }) => reason },
      {
        title: "ERROR",
        value: ({ error }) => cut(error, out.isTerminal ? 60 : 1_000),
        paint: (text, _row, { red }) => red(text),
      },
    ],
    found,
  );
  answers.requireAll();
}

async function show(context: Context, text: string): Promise<void> {
  const place = await letterPlace(context, text);
  const letter = await letterAt(place);
  const { out } = context;
  out.data({ ...letter, service: place.service.name });
  const id = `${place.service.name}/${place.id}`;
  const { payload, lane } = letter;
  out.say(out.colours.bold(`Dead letter ${id}, ${letter.state}`));
  out.record([
    ["consumer", letter.consumer],
    ["revision", letter.revision],
    ["key", letter.key === null ? "none" : `${letter.key} version ${letter.version}`],
    ["type", letter.type],
    ["reason", letter.reason],
    ["error", letter.error],
    ["attempts", letter.attempts],
    ["failed", `${letter.firstFailedAt ?? "-"} to ${letter.lastFailedAt ?? "-"}`],
    ["stream", `${letter.stream} ${letter.sequence}`],
    ["subject", letter.subject],
    ["event id", letter.eventId],
    ["lane", lane === null ? "none" : `${lane.state}, ${lane.waiting} waiting behind it`],
  ]);
  out.say();
  out.say(out.colours.bold("Headers"));
  out.record(Object.entries(letter.headers));
  out.say();
  if ("json" in payload) {
    out.say(out.colours.bold(`Payload, ${payload.bytes} bytes`));
    out.say(JSON.stringify(payload.json, null, 2));
    if (payload.unknownFields > 0)
      out.say(`and ${payload.unknownFields} fields that the contract does not have`);
  } else {
    out.say(out.colours.bold(`Payload, ${payload.bytes} bytes that cannot be decoded`));
    out.record([
      ["because", payload.problem],
      ["base64", payload.base64],
    ]);
  }
  if (letter.state === "dead") out.say(`\nTry next: qb dlq redrive ${id} --dry-run`);
  if (letter.state === "discarded") out.say(`\nTake it back: qb dlq restore ${id} --reason …`);
}

const idOf = ({ service, id }: Listed) => `${service}/${id}`;

const cut = (text: string, max: number) =>
  text.length <= max ? text : `${text.slice(0, max - 1)}…`;
