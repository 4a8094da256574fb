import { DryRunView, RedriveRunView } from "@app/platform/messaging/ops-repair-views.ts";
import { RedriveView } from "@app/platform/messaging/ops-views.ts";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { letterPlace, nameOf } from "../letter-place.ts";
import {
  requireOneWay,
  type Selection,
  type SelectionFlags,
  selectionOf,
} from "../letter-selection.ts";
import { seconds, wholeNumber } from "../options.ts";
import type { Run } from "../program.ts";
import { runEnded, waitForRun } from "../redrive-run.ts";

interface RedriveFlags extends SelectionFlags {
  readonly dryRun?: boolean;
  readonly canary?: number;
  readonly rate?: number;
  readonly wait?: boolean;
  readonly timeout: number;
}

/** Redrive of one letter at once, or of many as a run that the service works on by itself. */
export function dlqRedriveCommand(dlq: Command, run: Run): void {
  dlq
    .command("redrive")
    .argument("[ids...]", "such as inventory/3")
    .option("--group <id>", "a group of qb dlq groups")
    .option("--all", "every open letter of the consumer")
    .option("--consumer <name>", "whose letters, where several have some")
    .option("--type <type>", "only of this type, such as orders.v1.order_created")
    .option("--died-of <reason>", "only of this reason, such as attempts_used")
    .option("--key <key>", "only of this aggregate, such as order/17")
    .option("--error <text>", "only with this text in the error")
    .option("--since <instant>", "only what failed last at or after it")
    .option("--until <instant>", "only what failed last at or before it")
    .option("--dry-run", "say of each whether it would still fail and why, and do nothing")
    .option("--canary <count>", "stop when one of the first so many fails", wholeNumber(0, 1_000))
    .option("--rate <count>", "letters a second, 20 unless told", wholeNumber(1, 1_000))
    .option("--wait", "show the progress of the run until it ends")
    .option("--timeout <seconds>", "stop waiting after so long", seconds(86_400), 3_600)
    .description(
      "run handlers again, in place, in order and exactly once; many, or with --wait, as a run",
    )
    .action(
      run((context, flags: RedriveFlags, ...ids) =>
        ids.length === 1 && !wantsRun(flags)
          ? redriveOne(context, flags, ids)
          : redrive(context, flags, ids),
      ),
    );
}

/** What only a run can do is not asked for in vain: it makes a run of one letter. */
const wantsRun = ({ dryRun, canary, rate, wait }: RedriveFlags) =>
  [dryRun, canary, rate, wait].some((flag) => flag !== undefined);

/** A dry run does nothing that could be paced or waited for. */
function requireRunForItsFlags({ dryRun, canary, rate, wait }: RedriveFlags): void {
  const given = Object.entries({ canary, rate, wait }).filter(([, value]) => value !== undefined);
  if (!dryRun || given.length === 0) return;
  const names = given.map(([name]) => `--${name}`).join(" and ");
  throw new Failure("usage", `a run is meant by ${names}, and --dry-run does nothing`);
}

async function redriveOne(
  context: Context,
  flags: RedriveFlags,
  ids: readonly string[],
): Promise<void> {
  const { out } = context;
  requireOneWay(ids, flags);
  const place = await letterPlace(context, ids[0] ?? "");
  const id = nameOf(place);
  const result = await place.service.ask(`/ops/v1/dead-letters/${place.id}/redrive`, RedriveView, {
    method: "POST",
    body: {},
  });
  out.data({ id, ...result });
  if (result.outcome === "failed") {
    throw new Failure("failed", `${id} failed again: ${result.error ?? "no reason given"}`, {
      next: `qb dlq show ${id}`,
    });
  }
  out.say(`${out.colours.green("Done")}: ${id} was handled, and what waited behind it runs now.`);
}

async function redrive(
  context: Context,
  flags: RedriveFlags,
  ids: readonly string[],
): Promise<void> {
  requireRunForItsFlags(flags);
  const selection = await selectionOf(context, ids, flags);
  if (flags.dryRun) return whatItWouldDo(context, selection);

  const { out } = context;
  const { service, body } = selection;
  const { canary, rate: perSecond } = flags;
  const run = await service.ask("/ops/v1/redrive-runs", RedriveRunView, {
    method: "POST",
    body: {
      ...body,
      ...(canary === undefined ? {} : { canary }),
      ...(perSecond === undefined ? {} : { perSecond }),
    },
  });
  const place = { service, id: run.id };
  if (!flags.wait) {
    out.data({ ...run, service: service.name });
    out.say(`Run ${nameOf(place)} redrives ${lettersOf(run.total)} of ${run.consumer}.`);
    out.say(`Try next: qb dlq run show ${nameOf(place)}`);
    return;
  }
  runEnded(context, place, await waitForRun(context, place, { timeoutMs: flags.timeout * 1_000 }));
}

async function whatItWouldDo({ out }: Context, { service, body }: Selection): Promise<void> {
  const report = await service.ask("/ops/v1/redrive-runs/dry-run", DryRunView, {
    method: "POST",
    body,
  });
  out.data({ ...report, service: service.name });
  const { colours } = out;
  out.table(
    [
      { title: "ID", value: ({ id }) => `${service.name}/${id}` },
      { title: "KEY", value: ({ key, version }) => (key === null ? null : `${key} v${version}`) },
      { title: "TYPE", value: ({ type }) => type },
      {
        title: "WOULD",
        value: ({ verdict }) => verdicts[verdict],
        paint: (text, { verdict }, { green, red }) =>
          verdict === "would_succeed" ? green(text) : red(text),
      },
      { title: "PARKED BEHIND", value: ({ waiting }) => waiting },
      {
        title: "WAITS FOR",
        value: ({ blockedBy }) => (blockedBy === null ? null : `${service.name}/${blockedBy}`),
      },
      { title: "BECAUSE", value: ({ error }) => error },
    ],
    report.letters,
  );
  const { selected, lookedAt, notTried, wouldSucceed } = report;
  const first = lookedAt < selected ? `, the first ${lookedAt} were looked at` : "";
  const seen = notTried > 0 ? `${first}, ${notTried} of them not tried` : first;
  const went = `${colours.bold(String(wouldSucceed))} of ${lookedAt} would succeed`;
  out.say(`${lettersOf(selected)}${seen}; ${went}. Nothing was done.`);
}

const lettersOf = (count: number) => (count === 1 ? "1 letter" : `${count} letters`);

const verdicts = {
  would_succeed: "succeed",
  would_fail: "fail again",
  refused: "be refused",
  not_tried: "not tried",
} as const;
