import { AuditView } from "@app/platform/messaging/ops-repair-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import type { Context } from "../context.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";

interface ListFlags {
  readonly target?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly limit: string;
}

/** What operators did. */
export function auditCommands(program: Command, run: Run): void {
  const audit = program.command("audit").description("who did what, and why");

  audit
    .command("ls")
    .description("list what operators did, the newest first")
    .option("--target <target>", "only to this, such as dead-letter/3")
    .option("--actor <subject>", "only by this user")
    .option("--action <action>", "only such acts, such as redrive")
    .addOption(limitOption())
    .action(run((context, flags: ListFlags) => list(context, flags)));
}

async function list({ services, out }: Context, flags: ListFlags): Promise<void> {
  const query = new URLSearchParams({ ...flags });
  const { found, unanswered, requireAll } = await askEach(services, async (service) => {
    const { entries } = await service.ask(`/ops/v1/audit?${query}`, AuditView);
    return entries.map((entry) => ({ ...entry, service: service.name }));
  });
  const entries = found.flat().toSorted((a, b) => b.at.localeCompare(a.at));
  out.data({ entries, unanswered });
  if (entries.length === 0) {
    out.say("Nobody did anything.");
    return requireAll();
  }
  out.table(
    [
      { title: "AT", value: ({ at }) => at },
      { title: "SERVICE", value: ({ service }) => service },
      { title: "WHO", value: ({ actor }) => actor },
      { title: "DID", value: ({ action }) => action },
      { title: "TO", value: ({ target }) => target },
      { title: "MORE", value: ({ detail }) => (detail ? JSON.stringify(detail) : null) },
    ],
    entries,
  );
  requireAll();
}
