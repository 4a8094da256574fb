import { DifferencesView, TakenInView } from "@app/platform/messaging/ops-check-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import { ownerOf } from "../consumer-owner.ts";
import type { Context } from "../context.ts";
import { ageOf } from "../duration.ts";
import { Failure } from "../failure.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";

interface ListFlags {
  readonly limit: string;
}

interface TakeInFlags {
  readonly reason: string;
}

/** What the reconciler misses. */
export function missingCommands(program: Command, run: Run): void {
  const missing = program.command("missing").description("messages that left no trace");

  missing
    .command("ls")
    .description("list what was acknowledged without a trace, or sent and is not in its stream")
    .addOption(limitOption())
    .action(run((context, flags: ListFlags) => list(context, flags)));

  missing
    .command("take-in")
    .argument("<consumer>", "such as inventory-service")
    .argument("<sequence>", "where the message stands in its stream")
    .requiredOption("--reason <text>", "why, for the audit")
    .description("handle a message that was acknowledged without a trace, from the stream")
    .action(
      run((context, flags: TakeInFlags, consumer, sequence) =>
        takeIn(context, flags, { consumer, sequence }),
      ),
    );
}

async function list({ services, out }: Context, { limit }: ListFlags): Promise<void> {
  const { found, unanswered, requireAll } = await askEach(services, async (service) => ({
    service: service.name,
    ...(await service.ask(`/ops/v1/differences?limit=${limit}`, DifferencesView)),
  }));
  const rows = found.flatMap(({ service, differences }) =>
    differences.map((difference) => ({ service, ...difference })),
  );
  out.data({ missing: rows, unanswered });
  if (rows.length === 0) {
    out.say(unanswered.length === 0 ? "Nothing is missing." : "None.");
    return requireAll();
  }
  out.table(
    [
      { title: "SERVICE", value: ({ service }) => service },
      { title: "WHERE", value: ({ stream, sequence }) => `${stream} ${sequence}` },
      {
        title: "MESSAGE",
        value: ({ key, version, subject }) => (key ? `${key} v${version}` : subject),
      },
      { title: "SINCE", value: ({ foundAt }) => ageOf(foundAt) },
      { title: "SURE", value: ({ confirmed }) => (confirmed ? "yes" : "not yet") },
      {
        title: "TRY NEXT",
        value: ({ consumer, sequence }) =>
          consumer === null
            ? "nothing: it is sent again"
            : `qb missing take-in ${consumer} ${sequence} --reason …`,
      },
    ],
    rows,
  );
  requireAll();
}

async function takeIn(
  { services, out }: Context,
  { reason }: TakeInFlags,
  { consumer, sequence }: { readonly consumer: string; readonly sequence: string },
): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(sequence)) {
    throw new Failure("usage", `${sequence} is no sequence`, { next: "qb missing ls" });
  }
  const service = await ownerOf(services, consumer);
  const taken = await service.ask("/ops/v1/differences/take-in", TakenInView, {
    method: "POST",
    body: { consumer, sequence: Number(sequence), reason },
  });
  out.data(taken);
  if (taken.outcome === "failed") {
    throw new Failure("failed", `the handler of ${consumer} failed`, {
      next: `read the log of ${service.name}`,
    });
  }
  out.say(`${out.colours.green("Taken in")}: ${consumer} has handled or kept it.`);
}
