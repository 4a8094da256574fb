import { transitions } from "@app/orders/domain/transitions.ts";
import type { CampaignResult, HistoryName } from "./campaign.ts";
import type { Coverage, CoverageGroup } from "./coverage.ts";
import { recordedBoundaries } from "./faults/aimed-crashes.ts";
import { reachablePoints } from "./faults/episodes.ts";
import { faultKinds } from "./faults/fault-kinds.ts";
import type { HistoryResult } from "./history.ts";
import { batchHappenings } from "./system/batches.ts";

type ReportedGroup = Exclude<CoverageGroup, "crossed boundary">;

/** Everything of a group that histories are to reach, by name. */
const wanted: Readonly<Record<Exclude<ReportedGroup, "await boundary">, readonly string[]>> = {
  "crash point": reachablePoints,
  order: Object.entries(transitions).flatMap(([status, happenings]) =>
    Object.keys(happenings).map((happening) => `${status} ${happening}`),
  ),
  reservation: ["none", "RESERVED", "CONSUMED", "RELEASED", "REJECTED"].flatMap((state) =>
    ["reserve", "consume", "release"].map((message) => `${state} ${message}`),
  ),
  batch: batchHappenings,
  fault: faultKinds,
};

export const titles: Readonly<Record<ReportedGroup, string>> = {
  "crash point": "crashes at a named point",
  "await boundary": "crashes at an await boundary",
  order: "what an order met (state, happening)",
  reservation: "what a reservation met (state, message)",
  batch: "what two batches of a consumer met",
  fault: "faults that struck",
};

export interface Reached {
  readonly name: string;
  readonly count: number;
}

/** What was reached of each group, the least often first. What should be reached and was not counts 0. */
export function reachedOf(coverage: Coverage, group: ReportedGroup): readonly Reached[] {
  const names = group === "await boundary" ? boundariesOf(coverage) : wanted[group];
  return names
    .map((name) => ({ name, count: coverage.count(group, name) }))
    .sort((a, b) => a.count - b.count);
}

/** Where histories crashed, where they could have, and where those did from which the record was made. */
const boundariesOf = (coverage: Coverage): readonly string[] => {
  const [crashed, crossed] = [coverage.names("await boundary"), coverage.names("crossed boundary")];
  return [...new Set([...recordedBoundaries, ...crossed, ...crashed])].sort();
};

export const groups = Object.keys(titles) as readonly ReportedGroup[];

/** A run of so many histories must have reached everything so often. */
export const judgedFrom = 100_000;
export const reachedMin = 100;
/** Fewer say nothing about the pace. */
const pacedFrom = 10_000;

export interface Shortfall {
  /** Whether there were enough histories for it to count. */
  readonly counts: boolean;
  readonly text: string;
}

/** What a run reached too seldom, or would if it went on like this; undefined when there is nothing. */
export function shortfallOf({ coverage, histories }: CampaignResult): Shortfall | undefined {
  if (histories < pacedFrom) return undefined;
  const counts = histories >= judgedFrom;
  const least = counts ? reachedMin : (reachedMin * histories) / judgedFrom;
  const lines = groups.flatMap((group) =>
    reachedOf(coverage, group)
      .filter(({ count }) => count < least)
      .map(({ name, count }) => `  ${titles[group]}: ${name}, ${count}`),
  );
  if (lines.length === 0) return undefined;
  const asked = `${reachedMin} times in ${judgedFrom} histories`;
  const head = counts ? `not reached ${asked}:` : `at this pace not reached ${asked}:`;
  return { counts, text: [head, ...lines].join("\n") };
}

/** The table of what was reached, for people. */
export function coverageTable(coverage: Coverage): string {
  return groups
    .map((group) => {
      const rows = reachedOf(coverage, group);
      const least = rows[0]?.count ?? 0;
      const lines = rows.map(({ name, count }) => `  ${String(count).padStart(9)}  ${name}`);
      return [`${titles[group]}: ${rows.length}, each at least ${least} times`, ...lines].join(
        "\n",
      );
    })
    .join("\n\n");
}

export function summaryOf({ histories, simulatedMs, violations }: CampaignResult): string {
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  const found = violations.length === 0 ? "no violation" : `${violations.length} violations`;
  return `${histories} histories, ${hours} simulated hours, ${found}`;
}

/** The one command that shows a history again. */
export function replayCommand(history: HistoryName): string {
  if (history.kind === "random")
    return `bun run simulate --mode ${history.mode} --seed ${history.seed} --runs 1 --processes 1 --trace`;
  const crash =
    history.crashAtCrossings.length > 0 ? ` --crash-at ${history.crashAtCrossings}` : "";
  return `bun run simulate --mode exhaustive --case "${history.of}"${crash} --trace`;
}

/** What happened, a line an event. Of a long history only the last `linesMax` are told. */
export function timelineOf({ timeline = [] }: HistoryResult, linesMax: number): string {
  const shown = timeline.slice(-linesMax);
  const left = timeline.length - shown.length;
  return [
    ...(left > 0 ? [`… ${left} events before`] : []),
    ...shown.map(
      ({ atMs, who, what }) => `${atMs.toFixed(1).padStart(10)} ms  ${who.padEnd(14)} ${what}`,
    ),
  ].join("\n");
}
