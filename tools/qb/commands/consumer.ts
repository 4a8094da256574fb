import { ConsumerPauseView } from "@app/platform/messaging/ops-stream-views.ts";
import { ConsumersView } from "@app/platform/messaging/ops-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import { ownerOf } from "../consumer-owner.ts";
import type { Context } from "../context.ts";
import { seconds } from "../options.ts";
import type { Run } from "../program.ts";
import { knownStreams } from "../stream-pages.ts";
import { rebuildCommand } from "./consumer-rebuild.ts";

interface PauseFlags {
  readonly for: number;
  readonly reason: string;
  readonly dryRun?: boolean;
}

interface ResumeFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
}

const pauseMaxSeconds = 86_400;

/** What is done with a consumer as a whole. */
export function consumerCommands(program: Command, run: Run): void {
  const consumer = program.command("consumer").description("consumers as a whole");

  consumer
    .command("ls")
    .description("list the consumers: how far each is, and who pulls")
    .action(run((context) => list(context)));

  consumer
    .command("pause")
    .argument("<consumer>", "such as inventory-service")
    .requiredOption("--for <seconds>", "how long, a day at most", seconds(pauseMaxSeconds))
    .requiredOption("--reason <text>", "why, for the audit")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("let nothing be delivered to it for a while; what is in hand is finished")
    .action(run((context, flags: PauseFlags, name) => pause(context, flags, name)));

  consumer
    .command("resume")
    .argument("<consumer>", "such as inventory-service")
    .option("--reason <text>", "why, for the audit")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("let a paused consumer go on")
    .action(run((context, flags: ResumeFlags, name) => resume(context, flags, name)));

  rebuildCommand(consumer, run);
}

async function list({ services, out }: Context): Promise<void> {
  const { found, unanswered, requireAll } = await askEach(services, async (service) => {
    const { consumers } = await service.ask("/ops/v1/consumers", ConsumersView);
    return consumers.map((each) => ({ ...each, service: service.name }));
  });
  const { streams } = await knownStreams(services);
  const states = new Map(
    streams.flatMap(({ name, durables }) =>
      durables.map(({ service, state }) => [`${service} ${name}`, state]),
    ),
  );
  const consumers = found.flat().map((each) => ({
    ...each,
    pausedUntil: states.get(`${each.service} ${each.stream}`)?.pausedUntil ?? null,
  }));
  out.data({ consumers, unanswered });
  out.table(
    [
      {
        title: "CONSUMER",
        value: ({ consumer }) => consumer,
        paint: (text, _row, { cyan }) => cyan(text),
      },
      { title: "STREAM", value: ({ stream }) => stream },
      { title: "UP TO", value: ({ broker }) => broker?.ackFloor ?? null },
      { title: "PENDING", value: ({ broker }) => broker?.pending ?? null },
      { title: "IN HAND", value: ({ broker }) => broker?.unacknowledged ?? null },
      { title: "REDELIVERED", value: ({ broker }) => broker?.redelivered ?? null },
      { title: "PULLS", value: ({ broker }) => broker?.pulls ?? null },
      { title: "PARKED", value: ({ parked }) => parked },
      { title: "DEAD", value: ({ dead }) => dead },
      {
        title: "TROUBLE",
        value: ({ problem, pausedUntil }) =>
          pausedUntil === null ? problem : `paused until ${pausedUntil}`,
        paint: (text, _row, { red }) => red(text),
      },
    ],
    consumers,
  );
  requireAll();
}

async function pause(
  { services, out }: Context,
  { for: seconds, reason, dryRun = false }: PauseFlags,
  consumer: string,
): Promise<void> {
  const service = await ownerOf(services, consumer);
  if (dryRun) {
    out.data({ consumer, seconds, dryRun: true });
    return out.say(
      `Would let nothing be delivered to ${consumer} for ${seconds} s. Nothing was done.`,
    );
  }
  const path = `/ops/v1/consumers/${encodeURIComponent(consumer)}/pause`;
  const body = { seconds, reason };
  const paused = await service.ask(path, ConsumerPauseView, { method: "POST", body });
  out.data(paused);
  out.say(`${out.colours.yellow("Paused")} ${consumer} until ${paused.pausedUntil}.`);
  out.say(`Try next: qb consumer resume ${consumer}`);
}

async function resume(
  { services, out }: Context,
  { reason, dryRun = false }: ResumeFlags,
  consumer: string,
): Promise<void> {
  const service = await ownerOf(services, consumer);
  if (dryRun) {
    out.data({ consumer, dryRun: true });
    return out.say(`Would let ${consumer} go on. Nothing was done.`);
  }
  const path = `/ops/v1/consumers/${encodeURIComponent(consumer)}/resume`;
  const body = reason === undefined ? {} : { reason };
  const resumed = await service.ask(path, ConsumerPauseView, { method: "POST", body });
  out.data(resumed);
  out.say(`${out.colours.green("Resumed")} ${consumer}.`);
}
