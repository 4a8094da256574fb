import type { CampaignResult } from "./campaign.ts";
import type { Fault } from "./fault.ts";

/** One line a seed; for a failed one, and one that is to be told `whole`, its timeline too. */
export function describeResult(
  result: CampaignResult,
  { command, whole }: { readonly command: string; readonly whole: boolean },
): string {
  const { group, seed, faults, violations, orders, seconds, timeline, logs } = result;
  const line = `${violations.length === 0 ? "kept " : "BROKE"} ${group} seed ${seed}: ${faults.join(", ")} (${orders} orders, ${seconds} s)`;
  const told = timeline.map((entry) => `  | ${entry}`);
  if (violations.length === 0) return [line, ...(whole ? told : [])].join("\n");
  return [
    line,
    ...violations.slice(0, VIOLATIONS_SHOWN).map((violation) => `  ! ${violation}`),
    ...(violations.length > VIOLATIONS_SHOWN
      ? [`  ! and ${violations.length - VIOLATIONS_SHOWN} more`]
      : []),
    ...told,
    `  logs: ${logs}`,
    `  again: ${command} --group ${group} --seed ${seed}`,
  ].join("\n");
}

const VIOLATIONS_SHOWN = 20;

export interface Coverage {
  readonly fault: Fault;
  readonly seeds: number;
  readonly points: readonly (readonly [point: string, times: number])[];
}

/** How often each kind was inflicted, and how often each of its points was reached. */
export function coverageOf(
  kinds: readonly Fault[],
  results: readonly CampaignResult[],
): readonly Coverage[] {
  return kinds.map((fault) => ({
    fault,
    seeds: results.filter(({ faults }) => faults.includes(fault.name)).length,
    points: fault.points.map((point) => [
      point,
      results.reduce((sum, { points }) => sum + (points[point] ?? 0), 0),
    ]),
  }));
}

/** Points that nothing reached although their kind was inflicted often enough to expect it. */
export function unreached(coverage: readonly Coverage[]): readonly string[] {
  return coverage.flatMap(({ seeds, points }) =>
    seeds < SEEDS_THAT_MUST_REACH
      ? []
      : points.filter(([, times]) => times === 0).map(([point]) => point),
  );
}

const SEEDS_THAT_MUST_REACH = 8;

/** The verdict of a whole campaign as text. */
export function describeCampaign(
  results: readonly CampaignResult[],
  coverage: readonly Coverage[],
): string {
  const groups = [...new Set(results.map(({ group }) => group))].toSorted();
  const counts = groups.map((group) => {
    const own = results.filter((result) => result.group === group);
    const broken = own.filter(({ violations }) => violations.length > 0);
    return `${group} ${own.length} seeds, ${broken.length} broken`;
  });
  const orders = results.reduce((sum, result) => sum + result.orders, 0);
  return [
    "",
    "fault points reached:",
    ...coverage
      .filter(({ seeds }) => seeds > 0)
      .map(
        ({ fault, seeds, points }) =>
          `  ${fault.group} ${fault.name} (${seeds} seeds): ${points.map(([point, times]) => `${point} ${times}`).join(", ")}`,
      ),
    ...unreached(coverage).map((point) => `  never reached: ${point}`),
    `${results.length} seeds, ${orders} orders: ${counts.join("; ")}`,
  ].join("\n");
}
