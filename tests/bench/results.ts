import { type Compared, compare } from "./compare.ts";
import type { Row, Target } from "./job.ts";
import { type Spread, spreadOf } from "./ratios.ts";
import type { RoundRecord, Rounds } from "./run-rounds.ts";

/** What came out of one job. */
export interface JobResult extends Rounds {
  readonly job: string;
  readonly title: string;
  readonly rows: readonly Row[];
  /** What could not be measured here, and why. */
  readonly skipped: readonly string[];
}

/** All lines of a job; without those of which no round counts, or that this system does not tell. */
export function comparedRows(result: JobResult): readonly Compared[] {
  const dropped = new Set(result.dropped.map(({ round }) => round));
  const counting = result.records.filter(({ round }) => !dropped.has(round));
  return result.rows
    .filter((row) => counting.some((record) => isKnown(record, row)))
    .map((row) => compare(row, result));
}

const isKnown = ({ contender, figures }: RoundRecord, row: Row) =>
  contender === row.contender && Number.isFinite(figures[row.figure]);

/** One job's tables, in Markdown. */
export function jobTables(result: JobResult): string {
  const rows = comparedRows(result);
  return [
    [
      "| | floor | reached | ratio | target | then |",
      "|---|---|---|---|---|---|",
      ...rows.map(lineOf),
    ].join("\n"),
    costTable(result),
    ...notesOf(result),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function lineOf({ row, figure, floor, ratio, first, next }: Compared): string {
  const { target } = row;
  const cells = [
    `${row.name}, ${row.unit}`,
    floor ? spreadText(floor, amount) : "–",
    spreadText(figure, amount),
    ratio ? spreadText(ratio, (value) => value.toFixed(2)) : "–",
    boundText(target, target?.first, first),
    boundText(target, target?.next, next),
  ];
  return `| ${cells.join(" | ")} |`;
}

function boundText(
  target: Target | undefined,
  bound: number | undefined,
  reached: boolean | undefined,
): string {
  if (target === undefined || bound === undefined) return "";
  const sign = target.kind.endsWith("most") ? "≤" : "≥";
  const verdict = reached === undefined ? "not compared" : reached ? "reached" : "**missed**";
  return `${sign} ${amount(bound)} ${verdict}`;
}

/** The processor time that one piece of work costs, by whose it is, in the median; empty where nothing tells it. */
function costTable({ records, dropped }: JobResult): string {
  const out = new Set(dropped.map(({ round }) => round));
  const counting = records.filter(
    (it) => !out.has(it.round) && it.use !== undefined && it.done > 0,
  );
  if (counting.length === 0) return "";
  const parts = [...new Set(counting.flatMap(({ use }) => Object.keys(use?.partsMs ?? {})))];
  const used = parts.filter((part) => counting.some((record) => microsOf(record, part) >= 1));
  const byContender = Map.groupBy(counting, ({ contender }) => contender);
  const lines = [...byContender].map(([contender, own]) => {
    const each = used.map((part) => spreadOf(own.map((record) => microsOf(record, part))).median);
    const all = each.reduce((sum, micros) => sum + micros, 0);
    return `| ${[contender, ...each.map(amount), amount(all)].join(" | ")} |`;
  });
  return [
    `| processor µs for each | ${used.join(" | ")} | together |`,
    `|${"---|".repeat(used.length + 2)}`,
    ...lines,
  ].join("\n");
}

function microsOf({ use, done }: RoundRecord, part: string): number {
  return ((use?.partsMs[part] ?? 0) * 1_000) / done;
}

function notesOf({ records, dropped, skipped }: JobResult): readonly string[] {
  const rounds = new Set(records.map(({ round }) => round)).size;
  const fsyncs = spreadOf(records.map(({ fsyncsPerSecond }) => fsyncsPerSecond));
  const uses = records.flatMap(({ use }) => (use ? [use] : []));
  const most = (pick: (use: (typeof uses)[number]) => number) =>
    percent(Math.max(0, ...uses.map(pick)));
  const kept = rounds - dropped.length;
  const counted = kept === 1 ? "1 round counts." : `${kept} rounds count.`;
  const lost = dropped.map(
    ({ round, contender, foreign }) =>
      `Round ${round} does not: others used ${percent(foreign)} of the processors beside ${contender}.`,
  );
  const machine = `The disk synced ${spreadText(fsyncs, amount)} pages a second; others used at most ${most(({ foreign }) => foreign)} of the processors, and the host took at most ${most(({ stolen }) => stolen)}.`;
  return [[counted, ...lost, machine].join(" "), ...skipped];
}

/** The median, and the ends in brackets where there are several values. */
function spreadText({ median, min, max }: Spread, text: (value: number) => string): string {
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}

/** Three digits at least, and no more than the whole number. */
export function amount(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  return value.toPrecision(3).replace(/\.?0+$/, "");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
