import { asyncApi } from "@app/contracts/asyncapi.ts";
import { catalog } from "@app/contracts/catalog.ts";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";

/** What services tell each other, from the contracts of this checkout: nobody is asked. */
export function catalogCommands(program: Command, run: Run): void {
  const command = program.command("catalog").description("every message there is");

  command
    .command("ls")
    .description("list the messages: who sends them and who listens")
    .action(run((context) => list(context)));

  command
    .command("show")
    .argument("<type>", "such as orders.v1.order_created")
    .description("show what a message says, field by field")
    .action(run((context, _flags, type) => show(context, type)));

  command
    .command("asyncapi")
    .description("print the AsyncAPI 3 document of all messages")
    .action(run(() => void process.stdout.write(`${JSON.stringify(asyncApi(), null, 2)}\n`)));
}

function list({ out }: Context): void {
  out.data({
    messages: catalog.map(({ schema: _, fields: __, ...entry }) => entry),
  });
  out.table(
    [
      { title: "MESSAGE", value: ({ name }) => name },
      { title: "TYPE", value: ({ type }) => type, paint: (text, _row, { cyan }) => cyan(text) },
      { title: "FROM", value: ({ owner }) => owner },
      { title: "STREAM", value: ({ stream }) => stream },
      {
        title: "TO",
        value: ({ listeners }) => listeners.map(({ service }) => service).join(", ") || null,
      },
    ],
    catalog,
  );
}

function show({ out }: Context, type: string): void {
  const entry = catalog.find((each) => each.type === type || each.name === type);
  if (!entry) {
    throw new Failure("usage", `no message is called ${type}`, { next: "qb catalog ls" });
  }
  const { schema: _, fields, ...known } = entry;
  const shown = fields.map(({ part, ...field }) => ({ ...field, part: part?.name ?? null }));
  out.data({ ...known, fields: shown });
  out.say(entry.doc);
  out.record([
    ["type", entry.type],
    ["subject", entry.subject],
    ["stream", entry.stream],
    ["from", entry.owner],
    ["to", entry.listeners.map(({ durable }) => durable).join(", ") || null],
  ]);
  out.table(
    [
      { title: "NO", value: ({ number }) => number },
      { title: "FIELD", value: ({ name }) => name },
      { title: "TYPE", value: ({ type }) => type },
      { title: "WHAT", value: ({ doc }) => doc },
    ],
    shown,
  );
}
