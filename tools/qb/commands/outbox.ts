import { OutboxView } from "@app/platform/messaging/ops-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import type { Context } from "../context.ts";
import { duration } from "../duration.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";

interface ListFlags {
  readonly key?: string;
  readonly limit: string;
}

/** The outbox: what is committed and not yet with the broker. */
export function outboxCommands(program: Command, run: Run): void {
  const outbox = program.command("outbox").description("messages on their way to the broker");

  outbox
    .command("ls")
    .description("list what the broker has not acknowledged, oldest first")
    .option("--key <key>", "only of this aggregate, such as order/17")
    .addOption(limitOption())
    .action(run((context, flags: ListFlags) => list(context, flags)));
}

async function list({ services, out }: Context, { key, limit }: ListFlags): Promise<void> {
  const query = new URLSearchParams({ limit, ...(key === undefined ? {} : { key }) });
  const { found, unanswered, requireAll } = await askEach(services, async (service) => ({
    service: service.name,
    ...(await service.ask(`/ops/v1/outbox?${query}`, OutboxView)),
  }));
  out.data({ outboxes: found, unanswered });

  for (const { service, backlog, broker } of found) {
    const count = `${backlog.count}${backlog.atLeast ? " or more" : ""}`;
    const oldest = backlog.count > 0 ? `, the oldest ${duration(backlog.oldestAgeMs)} old` : "";
    const away = broker.connected ? "" : out.colours.red(", not connected to the broker");
    out.say(`${service}: ${count} waiting${oldest}${away}`);
  }
  const rows = found.flatMap(({ service, rows }) => rows.map((row) => ({ ...row, service })));
  if (rows.length === 0) return requireAll();
  out.table(
    [
      { title: "ID", value: ({ service, id }) => `${service}/${id}` },
      { title: "AGE", value: ({ ageMs }) => duration(ageMs) },
      { title: "KEY", value: ({ key, version }) => `${key} v${version}` },
      { title: "SUBJECT", value: ({ subject }) => subject },
      { title: "RESENT", value: ({ resent }) => (resent ? "yes" : null) },
    ],
    rows,
  );
  requireAll();
}
