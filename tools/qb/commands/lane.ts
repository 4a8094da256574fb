import { LanesView, SkippedLaneView } from "@app/platform/messaging/ops-views.ts";
import type { Command } from "commander";
import { askEach } from "../ask-each.ts";
import { ownerOf } from "../consumer-owner.ts";
import type { Context } from "../context.ts";
import { ageOf } from "../duration.ts";
import { Failure } from "../failure.ts";
import { limitOption } from "../options.ts";
import type { Run } from "../program.ts";
import type { ServiceClient } from "../service-client.ts";

interface ListFlags {
  readonly state?: string;
  readonly limit: string;
}

interface SkipFlags {
  readonly dryRun?: boolean;
  readonly reason?: string;
}

/** Lanes: how far a consumer is with each key, where that is not all the way. */
export function laneCommands(program: Command, run: Run): void {
  const lane = program.command("lane").description("keys whose messages wait");

  lane
    .command("ls")
    .description("list the lanes that do not flow")
    .option("--state <state>", "blocked, waiting or stuck")
    .addOption(limitOption())
    .action(run((context, flags: ListFlags) => list(context, flags)));

  lane
    .command("skip")
    .argument("<consumer>", "such as inventory-service")
    .argument("<key>", "such as order/17")
    .option("--reason <text>", "why, for the audit")
    .option("--dry-run", "say what would be done, and do nothing")
    .description("go on past versions that the stream no longer has")
    .action(
      run((context, flags: SkipFlags, consumer, key) => skip(context, flags, { consumer, key })),
    );
}

async function list({ services, out }: Context, { state, limit }: ListFlags): Promise<void> {
  const query = new URLSearchParams({ limit, ...(state === undefined ? {} : { state }) });
  const { found, unanswered, requireAll } = await askEach(services, async (service) => {
    const page = await service.ask(`/ops/v1/lanes?${query}`, LanesView);
    return page.lanes.map((lane) => ({ ...lane, service: service.name }));
  });
  const lanes = found.flat();
  out.data({ lanes, unanswered });
  if (lanes.length === 0) {
    out.say(unanswered.length === 0 ? "Every lane flows." : "None.");
    return requireAll();
  }
  out.table(
    [
      { title: "CONSUMER", value: ({ consumer }) => consumer },
      { title: "KEY", value: ({ key }) => key, paint: (text, _row, { cyan }) => cyan(text) },
      {
        title: "STATE",
        value: ({ state }) => state,
        paint: (text, { state }, { red, yellow }) =>
          state === "waiting" ? yellow(text) : red(text),
      },
      { title: "WAITS FOR", value: ({ version }) => `v${version + 1}` },
      { title: "PARKED", value: ({ waiting }) => waiting },
      { title: "SINCE", value: ({ movedAt }) => ageOf(movedAt) },
      {
        title: "TRY NEXT",
        value: ({ state, service, deadLetterId, consumer, key }) => {
          if (state === "blocked") return `qb dlq show ${service}/${deadLetterId}`;
          return state === "stuck" ? `qb lane skip ${consumer} ${key} --dry-run` : null;
        },
      },
    ],
    lanes,
  );
  requireAll();
}

interface LaneName {
  readonly consumer: string;
  readonly key: string;
}

async function skip(
  { services, out }: Context,
  { dryRun = false, reason }: SkipFlags,
  { consumer, key }: LaneName,
): Promise<void> {
  const service = await ownerOf(services, consumer);
  if (dryRun) return whatSkippingWouldDo({ service, out }, { consumer, key });

  const skipped = await service.ask("/ops/v1/lanes/skip", SkippedLaneView, {
    method: "POST",
    body: { consumer, key, ...(reason === undefined ? {} : { reason }) },
  });
  out.data(skipped);
  const { from, to } = skipped;
  out.say(
    `${out.colours.green("Skipped")} ${key} from version ${from} to ${to}: ${to + 1} runs now.`,
  );
}

async function whatSkippingWouldDo(
  { service, out }: { readonly service: ServiceClient; readonly out: Context["out"] },
  { consumer, key }: LaneName,
): Promise<void> {
  const lane = await findLane(service, { consumer, key });
  if (!lane) {
    throw new Failure("refused", `the lane of ${key} at ${consumer} waits for nothing`, {
      next: "qb lane ls",
    });
  }
  if (lane.state === "blocked") {
    throw new Failure("refused", `the lane of ${key} is blocked by a dead letter`, {
      next: `qb dlq show ${service.name}/${lane.deadLetterId}`,
    });
  }
  const to = (lane.lowestParked ?? lane.version + 1) - 1;
  out.data({ consumer, key, from: lane.version, to, dryRun: true });
  out.say(
    `Would move ${key} from version ${lane.version} to ${to}, if the stream has nothing between. Nothing was done.`,
  );
}

/** Pages of a hundred lanes that are looked through for one. */
const pagesMax = 100;

async function findLane(service: ServiceClient, { consumer, key }: LaneName) {
  let cursor: string | null = null;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const query = new URLSearchParams({ consumer, limit: "100", ...(cursor ? { cursor } : {}) });
    const page: LanesView = await service.ask(`/ops/v1/lanes?${query}`, LanesView);
    const lane = page.lanes.find((found) => found.key === key);
    if (lane || page.nextCursor === null) return lane;
    cursor = page.nextCursor;
  }
  return undefined;
}
