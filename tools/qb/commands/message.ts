import { FoundMessageView } from "@app/platform/messaging/ops-stream-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import type { Run } from "../program.ts";

/** One message, of which only its id is known. */
export function messageCommands(program: Command, run: Run): void {
  const message = program.command("message").description("one message by its id");

  message
    .command("find")
    .argument("<id>", "its event id, as logs and headers have it")
    .description("say where a message is and which aggregate it is of")
    .action(run((context, _flags, id) => find(context, id)));
}

async function find({ services, out }: Context, id: string): Promise<void> {
  const { found, requireAll } = await askEach(services, async (service) => ({
    service: service.name,
    ...(await service.ask(`/ops/v1/messages/${encodeURIComponent(id)}`, FoundMessageView)),
  }));
  const there = found.find((each) => each.found !== null);
  out.data({ answers: found });
  if (!there?.found) {
    const unread = found.flatMap(({ service, unread }) =>
      unread.map((at) => `${at} of ${service}`),
    );
    requireAll();
    const rest = unread.length > 0 ? `; not looked through: ${unread.join(", ")}` : "";
    throw new Failure("refused", `nobody knows a message ${id}${rest}`, { next: "qb stream ls" });
  }
  const { service, found: place } = there;
  out.record([
    ["type", place.type],
    ["key", place.key === null ? null : `${place.key} v${place.version}`],
    ["known to", service],
    ["where", place.where.replace("_", " ")],
    ["stream", place.stream === null ? null : `${place.stream} ${place.sequence}`],
  ]);
  const orderId = /^(?:order|reservation)\/(\d+)$/.exec(place.key ?? "")?.[1];
  if (place.deadLetterId !== null)
    out.say(`Try next: qb dlq show ${service}/${place.deadLetterId}`);
  else if (orderId !== undefined) out.say(`Try next: qb order follow ${orderId}`);
}
