import { type VerdictView, VerifyView } from "@app/platform/messaging/ops-check-views.ts";
import { ConsumersView, OutboxView } from "@app/platform/messaging/ops-views.ts";
import { type CheckResult, resultOf, unknown } from "./check-result.ts";
import { duration } from "./duration.ts";
import type { ServiceClient } from "./service-client.ts";

export interface ServiceLook {
  /** Every slice of every invariant, not only the newest rows. */
  readonly full: boolean;
  /** Between two looks at what seems broken. */
  readonly lookAgainMs: number;
  readonly onProgress: (text: string) => void;
}

/** What seems broken may have been caught in motion: it counts when it is so each time. */
const looks = 3;
/** Slices of one invariant followed: with twenty thousand rows each, more than a database holds. */
const slicesMax = 10_000;

/** What one service finds when it looks at its own invariants. */
export async function verifyService(
  service: ServiceClient,
  look: ServiceLook,
): Promise<readonly CheckResult[]> {
  const { verdicts } = await service.ask("/ops/v1/verify", VerifyView);
  const results: CheckResult[] = [];
  for (const first of verdicts) {
    look.onProgress(`${service.name}: ${first.name}`);
    results.push(await verifyInvariant(service, first, look));
  }
  return results;
}

async function verifyInvariant(
  service: ServiceClient,
  first: VerdictView,
  look: ServiceLook,
): Promise<CheckResult> {
  const { name, sentence } = first;
  const check = { where: service.name, name, sentence };
  const rows: VerdictView["breaches"] = [];
  let [checked, count] = [0, 0];
  let verdict: VerdictView = first.problem === null ? first : await lookAt(service, name, null);
  for (let cursor: string | null = null, slices = 0; slices < slicesMax; slices += 1) {
    const sure = await lookAgain(service, verdict, { ...look, cursor });
    if (sure.problem !== null) return unknown(check, sure.problem);
    checked += sure.checked;
    count += sure.count;
    rows.push(...sure.breaches);
    cursor = sure.nextCursor;
    if (!look.full || cursor === null) break;
    look.onProgress(`${service.name}: ${name}, ${checked} rows`);
    verdict = await lookAt(service, name, cursor);
  }
  return resultOf({ ...check, checked, count, rows });
}

async function lookAt(
  service: ServiceClient,
  invariant: string,
  cursor: string | null,
): Promise<VerdictView> {
  const query = new URLSearchParams({ invariant, ...(cursor === null ? {} : { cursor }) });
  const { verdicts } = await service.ask(`/ops/v1/verify?${query}`, VerifyView);
  const [verdict] = verdicts;
  if (!verdict) throw new TypeError(`${service.name} gave no verdict on ${invariant}`);
  return verdict;
}

/** Keeps of a verdict what is still broken at later looks. */
async function lookAgain(
  service: ServiceClient,
  verdict: VerdictView,
  { cursor, lookAgainMs }: ServiceLook & { readonly cursor: string | null },
): Promise<VerdictView> {
  let sure = verdict;
  for (let look = 1; look < looks && sure.count > 0; look += 1) {
    await Bun.sleep(lookAgainMs);
    const later = await lookAt(service, verdict.name, cursor);
    if (later.problem !== null) return later;
    const still = new Set(later.breaches.map(({ about }) => about));
    // Of many only the first are told, the newest mostly: what is not among them is no better for it.
    const areAllTold = later.count === later.breaches.length;
    const breaches = areAllTold
      ? sure.breaches.filter(({ about }) => still.has(about))
      : sure.breaches;
    const count = breaches.length === 0 ? 0 : Math.min(sure.count, later.count);
    sure = { ...sure, breaches, count };
  }
  return sure;
}

/** What waits for a person or for its turn. It breaks no promise. */
export async function openMatters(service: ServiceClient): Promise<readonly CheckResult[]> {
  const [{ backlog }, { consumers }] = [
    await service.ask("/ops/v1/outbox?limit=1", OutboxView),
    await service.ask("/ops/v1/consumers", ConsumersView),
  ];
  const open = (name: string, sentence: string, rows: CheckResult["rows"], count: number) => ({
    where: service.name,
    name,
    sentence,
    state: count > 0 ? ("open" as const) : ("ok" as const),
    checked: count,
    count,
    rows,
    problem: null,
  });
  const oldest = (ms: number | null) => (ms === null ? "" : `, the oldest ${duration(ms)} old`);
  const rowsOf = (of: (consumer: ConsumersView["consumers"][number]) => string | undefined) =>
    consumers.flatMap((consumer) => {
      const problem = of(consumer);
      return problem === undefined ? [] : [{ about: consumer.consumer, problem }];
    });
  const sum = (of: (consumer: ConsumersView["consumers"][number]) => number) =>
    consumers.reduce((total, consumer) => total + of(consumer), 0);

  return [
    open(
      "dead-letters",
      "no message waits for a person",
      rowsOf(({ dead, oldestDeadAgeMs }) =>
        dead > 0 ? `${dead} dead${oldest(oldestDeadAgeMs)}` : undefined,
      ),
      sum(({ dead }) => dead),
    ),
    open(
      "stuck-lanes",
      "no lane waits for a version that its stream no longer has",
      rowsOf(({ stuckLanes }) => (stuckLanes > 0 ? `${stuckLanes} stuck` : undefined)),
      sum(({ stuckLanes }) => stuckLanes),
    ),
    open(
      "parked",
      "no message waits for its turn",
      rowsOf(({ parked, oldestParkedAgeMs }) =>
        parked > 0 ? `${parked} parked${oldest(oldestParkedAgeMs)}` : undefined,
      ),
      sum(({ parked }) => parked),
    ),
    open(
      "outbox",
      "no message waits for the broker",
      backlog.count > 0
        ? [{ about: "outbox", problem: `${backlog.count} waiting${oldest(backlog.oldestAgeMs)}` }]
        : [],
      backlog.count,
    ),
  ];
}
