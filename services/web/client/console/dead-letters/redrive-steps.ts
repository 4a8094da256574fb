import type { DryRunView, RedriveRunView } from "@app/platform/messaging/ops-repair-views.ts";
import { count, duration } from "../../lib/format.ts";

/** One of the four steps from a cause to its repair. */
export interface RedriveStep {
  readonly name: "Dry run" | "Canary" | "The rest" | "Result";
  readonly state: "todo" | "now" | "done" | "failed";
  readonly says: string;
}

export interface RedriveProgress {
  readonly dryRun?: DryRunView | undefined;
  /** The run of one letter that goes before the others. */
  readonly canary?: RedriveRunView | undefined;
  readonly rest?: RedriveRunView | undefined;
  /** How many letters are still open. */
  readonly left: number;
}

/** The four steps, as far as they are. */
export function stepsOf({ dryRun, canary, rest, left }: RedriveProgress): readonly RedriveStep[] {
  return [
    {
      name: "Dry run",
      state: dryRun || canary || rest ? "done" : "now",
      says: dryRun
        ? dryRunText(dryRun)
        : canary || rest
          ? "Made before"
          : "Tries every letter, changes nothing",
    },
    {
      name: "Canary",
      state: canary ? runStep(canary) : rest ? "done" : dryRun ? "now" : "todo",
      says: canary ? canaryText(canary) : rest ? "Went before" : "One letter, for real",
    },
    {
      name: "The rest",
      state: rest ? runStep(rest) : canary && runStep(canary) === "done" ? "now" : "todo",
      says: rest
        ? `${count(rest.done + rest.failed + rest.skipped)} of ${count(rest.total)}`
        : `${count(left)} to go`,
    },
    {
      name: "Result",
      state: rest && isOver(rest) ? (rest.failed > 0 ? "failed" : "done") : "todo",
      says: rest && isOver(rest) ? resultText(rest) : "What is left for you",
    },
  ];
}

/** Nothing more will happen to it. */
export const isOver = ({ state }: Pick<RedriveRunView, "state">) =>
  state === "done" || state === "failed" || state === "cancelled";

/** Whether the letters after the canary may go. */
export const canaryPassed = (canary: RedriveRunView | undefined) =>
  canary !== undefined && canary.state === "done" && canary.failed === 0 && canary.done > 0;

/** How long the rest of a run takes at its rate; undefined once it is over. */
export function timeLeftText(run: RedriveRunView): string | undefined {
  if (isOver(run)) return undefined;
  const seconds = Math.ceil(run.pending / run.perSecond);
  return run.state === "paused"
    ? `paused, ${count(run.pending)} to go`
    : `${count(run.perSecond)} per second, about ${duration(Math.max(1, seconds) * 1_000)} left`;
}

function runStep(run: RedriveRunView): RedriveStep["state"] {
  if (!isOver(run)) return "now";
  return run.state === "done" && run.failed === 0 ? "done" : "failed";
}

function dryRunText({ wouldSucceed, wouldFail, lookedAt, selected, notTried }: DryRunView): string {
  const refused = lookedAt - wouldSucceed - wouldFail - notTried;
  const parts = [
    `${count(wouldSucceed)} would pass`,
    ...(wouldFail + refused > 0 ? [`${count(wouldFail + refused)} would fail`] : []),
    ...(notTried > 0 ? [`${count(notTried)} not tried`] : []),
    ...(lookedAt < selected ? [`${count(selected - lookedAt)} not looked at`] : []),
  ];
  return parts.join(", ");
}

function canaryText(run: RedriveRunView): string {
  if (!isOver(run)) return "Running";
  if (canaryPassed(run)) return "Passed";
  return run.failed > 0 ? "Failed again" : (run.problem ?? "Was not tried");
}

function resultText(run: RedriveRunView): string {
  const parts = [
    `${count(run.done)} passed`,
    ...(run.failed > 0 ? [`${count(run.failed)} failed`] : []),
    ...(run.skipped > 0 ? [`${count(run.skipped)} skipped`] : []),
    ...(run.pending > 0 ? [`${count(run.pending)} left`] : []),
  ];
  return parts.join(", ");
}
