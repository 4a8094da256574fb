import { LetterNoteView, NotedGroupsView } from "@app/platform/messaging/ops-repair-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import type { Context } from "../context.ts";
import { ageOf } from "../duration.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";

/** Dead letters by what went wrong: one cause is one line, however many it hit. */
export function dlqGroupsCommand(dlq: Command, run: Run): void {
  dlq
    .command("groups")
    .description("list what went wrong, with how many letters each cause left")
    .action(run((context) => groups(context)));

  dlq
    .command("note")
    .argument("<group>", "a group of qb dlq groups")
    .argument("<text>", "for whoever looks next, such as: fixed in 4.2.1")
    .description("leave a note on a group, in the place of the one before")
    .action(run((context, _flags, group, text) => note(context, { group, text })));
}

async function note(
  { services, out }: Context,
  { group, text }: { readonly group: string | undefined; readonly text: string | undefined },
): Promise<void> {
  const { found } = await askEach(services, async (service) => {
    const { groups } = await service.ask("/ops/v1/dead-letters/groups", NotedGroupsView);
    return groups.some(({ id }) => id === group) ? [service] : [];
  });
  const [service] = found.flat();
  if (!service)
    throw new Failure("refused", `there is no open group ${group}`, { next: "qb dlq groups" });
  const left = await service.ask(`/ops/v1/dead-letters/groups/${group}/note`, LetterNoteView, {
    method: "POST",
    body: { note: text },
  });
  out.data({ group, ...left });
  out.say(`${out.colours.green("Noted")} on ${group}: ${left.text}`);
}

async function groups({ services, out }: Context): Promise<void> {
  const answers = await askEach(services, async (service) => {
    const { groups } = await service.ask("/ops/v1/dead-letters/groups", NotedGroupsView);
    return groups.map((group) => ({ ...group, service: service.name }));
  });
  const { unanswered, requireAll } = answers;
  const found = answers.found.flat().toSorted((a, b) => b.count - a.count);
  out.data({ groups: found, unanswered });
  if (found.length === 0) {
    out.say(unanswered.length === 0 ? "No dead letters: every message was handled." : "None.");
    return requireAll();
  }
  out.table(
    [
      { title: "GROUP", value: ({ id }) => id, paint: (text, _row, { cyan }) => cyan(text) },
      { title: "COUNT", value: ({ count }) => count },
      { title: "OLDEST", value: ({ oldestAt }) => ageOf(oldestAt) },
      { title: "NEWEST", value: ({ newestAt }) => ageOf(newestAt) },
      { title: "CONSUMER", value: ({ consumer }) => consumer },
      { title: "TYPE", value: ({ type }) => type },
      { title: "REASON", value: ({ reason }) => reason },
      { title: "FOR EXAMPLE", value: ({ service, exampleId }) => `${service}/${exampleId}` },
      {
        title: "ERROR",
        value: ({ error }) => error,
        paint: (text, _row, { red }) => red(text),
      },
      { title: "NOTE", value: ({ note }) => note?.text ?? null },
    ],
    found,
  );
  out.say(`\nTry next: qb dlq redrive --group ${found[0]?.id} --dry-run`);
  requireAll();
}
