import { RedriveRunsView, RedriveRunView } from "@app/platform/messaging/ops-repair-views.ts";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { ageOf } from "../duration.ts";
import { nameOf } from "../letter-place.ts";
import { limitOption, seconds } from "../options.ts";
import type { Run } from "../program.ts";
import { progressOf, runAt, runEnded, runPlace, waitForRun } from "../redrive-run.ts";

interface ShowFlags {
  readonly wait?: boolean;
  readonly timeout: number;
}

/** Redrive runs: many letters, worked one by one by the service itself. */
export function dlqRunCommands(dlq: Command, run: Run): void {
  const runs = dlq.command("run").description("redrives of many letters, and how far they are");

  runs
    .command("ls")
    .description("list them, newest first")
    .addOption(limitOption())
    .action(run((context, flags: { limit: string }) => list(context, flags)));

  runs
    .command("show")
    .argument("<id>", "such as inventory/3")
    .option("--wait", "show its progress until it ends")
    .option("--timeout <seconds>", "stop waiting after so long", seconds(86_400), 3_600)
    .description("show how far a run is, and what did not go through")
    .action(run((context, flags: ShowFlags, id) => show(context, flags, id)));

  for (const [change, description] of Object.entries(changes)) {
    runs
      .command(change)
      .argument("<id>", "such as inventory/3")
      .description(description)
      .action(run((context, _flags, id) => changeRun(context, change, id)));
  }
}

const changes = {
  pause: "stop after the letter in hand, to be resumed",
  resume: "go on with a run that was paused",
  cancel: "stop for good; what was not tried stays dead",
} as const;

async function list({ services, out }: Context, { limit }: { limit: string }): Promise<void> {
  const answers = await Promise.all(
    services.map(async (service) => {
      const { runs } = await service.ask(`/ops/v1/redrive-runs?limit=${limit}`, RedriveRunsView);
      return runs.map((run) => ({ ...run, service: service.name }));
    }),
  );
  const found = answers.flat().toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  out.data({ runs: found });
  if (found.length === 0) return out.say("No run was made yet.");
  out.table(
    [
      { title: "ID", value: ({ service, id }) => `${service}/${id}` },
      { title: "AGE", value: ({ createdAt }) => ageOf(createdAt) },
      {
        title: "STATE",
        value: ({ state }) => state,
        paint: (text, { state }, { green, red, yellow }) =>
          ({ running: green, paused: yellow, done: green, failed: red, cancelled: yellow })[state](
            text,
          ),
      },
      { title: "CONSUMER", value: ({ consumer }) => consumer },
      { title: "PROGRESS", value: progressOf },
      { title: "BY", value: ({ actor }) => actor },
      { title: "PROBLEM", value: ({ problem }) => problem },
    ],
    found,
  );
}

async function show(
  context: Context,
  { wait = false, timeout }: ShowFlags,
  text: string,
): Promise<void> {
  const place = await runPlace(context, text);
  if (wait) {
    const ended = await waitForRun(context, place, { timeoutMs: timeout * 1_000 });
    return runEnded(context, place, ended);
  }
  const { out } = context;
  const run = await runAt(place);
  out.data({ ...run, service: place.service.name });
  out.say(out.colours.bold(`Run ${nameOf(place)}, ${run.state}`));
  out.record([
    ["consumer", run.consumer],
    ["progress", progressOf(run)],
    ["not tried", run.pending],
    ["canary", run.canary],
    ["a second", run.perSecond],
    ["selection", JSON.stringify(run.selection)],
    ["by", run.actor],
    ["problem", run.problem],
    ["begun", run.createdAt],
    ["ended", run.finishedAt],
  ]);
  if (run.troubled.length === 0) return;
  out.say();
  out.table(
    [
      { title: "ID", value: ({ letterId }) => `${place.service.name}/${letterId}` },
      { title: "KEY", value: ({ key, version }) => (key === null ? null : `${key} v${version}`) },
      { title: "STATE", value: ({ state }) => state },
      { title: "ERROR", value: ({ error }) => error },
    ],
    run.troubled,
  );
}

async function changeRun(context: Context, change: string, text: string): Promise<void> {
  const { out } = context;
  const place = await runPlace(context, text);
  const path = `/ops/v1/redrive-runs/${place.id}/${change}`;
  const run = await place.service.ask(path, RedriveRunView, { method: "POST", body: {} });
  out.data({ ...run, service: place.service.name });
  out.say(`Run ${nameOf(place)} is ${run.state}: ${progressOf(run)}.`);
}
