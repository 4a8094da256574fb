import { StreamsView } from "@app/platform/messaging/ops-stream-views.ts";
import type { Command } from "commander";
import { z } from "zod";
import type { Context } from "../context.ts";
import { duration } from "../duration.ts";
import { Failure } from "../failure.ts";
import { seconds } from "../options.ts";
import type { Run } from "../program.ts";
import type { ServiceClient } from "../service-client.ts";

interface RebuildFlags {
  readonly timeout: number;
  readonly dryRun?: boolean;
  /** Commander's name for what `--no-wait` turns off. */
  readonly wait: boolean;
}

/** As much of a rebuild as people are shown; in JSON all of it is passed on. */
const RebuildView = z.looseObject({
  id: z.number(),
  state: z.enum(["running", "done", "cancelled"]),
  upTo: z.number(),
  target: z.number().nullable(),
  messages: z.number(),
  unreadable: z.number(),
  changed: z.number().nullable(),
});

type RebuildView = z.infer<typeof RebuildView>;

const LOOK_EVERY_MS = 250;

/** Builds what a consumer made of its messages anew. */
export function rebuildCommand(consumer: Command, run: Run): void {
  consumer
    .command("rebuild")
    .argument("<service>", "whose projection it is: bookings")
    .option("--no-wait", "only ask for it: the service goes on by itself, over restarts too")
    .option("--timeout <seconds>", "stop waiting after so long", seconds(86_400), 900)
    .option("--dry-run", "say what would be read, and do nothing")
    .description("build a projection anew from its stream, and swap it in while the service runs")
    .action(run((context, flags: RebuildFlags, service) => rebuild(context, flags, service)));
}

async function rebuild(
  { bookings, out }: Context,
  { wait, timeout, dryRun = false }: RebuildFlags,
  service: string,
): Promise<void> {
  if (service !== "bookings") {
    throw new Failure("usage", `${service} has no projection: there is bookings`, {
      next: "qb consumer rebuild bookings",
    });
  }
  if (dryRun) return whatRebuildingWouldRead({ bookings, out });
  const asked = await bookings.ask("/ops/v1/rebuilds", RebuildView, { method: "POST", body: {} });
  if (!wait) {
    out.data(asked);
    return out.say(`Rebuild ${asked.id} is under way; bookings go on meanwhile.`);
  }

  const startedMs = performance.now();
  const ended = await waitFor(bookings, asked, {
    untilMs: startedMs + timeout * 1_000,
    onLook: ({ upTo, target }) => out.status(`read ${upTo} of ${target ?? "…"}`),
  });
  out.status("");
  out.data(ended);
  if (ended.state === "running") {
    throw new Failure("failed", `rebuild ${ended.id} is still under way after ${timeout} s`, {
      next: "qb consumer rebuild bookings, which waits for the same one",
    });
  }
  if (ended.state === "cancelled") throw new Failure("failed", `rebuild ${ended.id} was cancelled`);
  const took = duration(performance.now() - startedMs);
  const { messages, changed, unreadable } = ended;
  out.say(
    `${out.colours.green("Rebuilt")} the projection of bookings from ${messages} messages in ${took}: ${changed} events were different before.`,
  );
  if (unreadable > 0) {
    out.say(`${unreadable} messages could not be read and were left out.`);
    out.say("Try next: qb dlq ls");
  }
}

/** What the projection of bookings is made from. */
const source = "EVENTS";

async function whatRebuildingWouldRead({
  bookings,
  out,
}: Pick<Context, "bookings" | "out">): Promise<void> {
  const { streams } = await bookings.ask("/ops/v1/streams", StreamsView);
  const messages = streams.find(({ name }) => name === source)?.state?.messages ?? null;
  out.data({ stream: source, messages, dryRun: true });
  out.say(
    `Would read ${messages ?? "all"} messages of ${source} and swap in what they say. Nothing was done.`,
  );
}

async function waitFor(
  bookings: ServiceClient,
  asked: RebuildView,
  on: { readonly untilMs: number; readonly onLook: (view: RebuildView) => void },
): Promise<RebuildView> {
  let seen = asked;
  while (seen.state === "running" && performance.now() < on.untilMs) {
    await Bun.sleep(LOOK_EVERY_MS);
    seen = await bookings.ask(`/ops/v1/rebuilds/${asked.id}`, RebuildView);
    on.onLook(seen);
  }
  return seen;
}
