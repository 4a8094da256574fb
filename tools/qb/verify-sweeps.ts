import {
  DifferencesView,
  ReconcileView,
  type SweepView,
} from "@app/platform/messaging/ops-check-views.ts";
import { type CheckResult, resultOf, unknown } from "./check-result.ts";
import { duration } from "./duration.ts";
import type { ServiceClient } from "./service-client.ts";

const check = {
  name: "reconciled",
  sentence: "what was sent and what was received is compared up to now",
};
const pollMs = 500;
/** A sweep that has not looked for so long is not at work. */
const idleMaxMs = 120_000;
/** A service that has just started has compared nothing yet, and does so every ten seconds. */
const firstLookMaxMs = 15_000;

/** Whether the reconciler is at work, and how far. It says nothing of what it found. */
export async function verifySweeps(service: ServiceClient): Promise<CheckResult> {
  const where = service.name;
  const sweeps = await firstSweeps(service, firstLookMaxMs);
  const [idle] = sweeps.filter(({ at }) => Date.now() - Date.parse(at) > idleMaxMs);
  if (sweeps.length === 0) return unknown({ where, ...check }, "nothing was compared yet");
  if (idle) {
    const ago = duration(Date.now() - Date.parse(idle.at));
    return unknown({ where, ...check }, `${nameOf(idle)} was last compared ${ago} ago`);
  }
  return resultOf({ where, ...check, checked: sumOf(sweeps), rows: [] });
}

/** Has everything compared from the first message, and waits until that is done. */
export async function sweepFully(
  service: ServiceClient,
  { timeoutMs, onProgress }: { readonly timeoutMs: number; onProgress: (text: string) => void },
): Promise<CheckResult> {
  const where = service.name;
  if ((await firstSweeps(service, Math.min(timeoutMs, firstLookMaxMs))).length === 0)
    return unknown({ where, ...check }, "nothing was compared yet");
  const body = { full: true, reason: "qb verify --full" };
  const begun = await service.ask("/ops/v1/reconcile", ReconcileView, { method: "POST", body });

  const untilMs = performance.now() + timeoutMs;
  let view = await service.ask("/ops/v1/differences?limit=1", DifferencesView);
  while (!isDone(begun.sweeps, view) && performance.now() < untilMs) {
    onProgress(`${where}: ${sumOf(view.sweeps)} messages compared`);
    await Bun.sleep(pollMs);
    view = await service.ask("/ops/v1/differences?limit=1", DifferencesView);
  }
  if (isDone(begun.sweeps, view)) {
    return resultOf({ where, ...check, checked: sumOf(view.sweeps), rows: [] });
  }
  const late = begun.sweeps.find((sweep) => !isPast(sweep, view.sweeps));
  const what = late ? `${nameOf(late)} was not compared` : "what seems missing was not confirmed";
  return unknown({ where, ...check }, `${what} within ${duration(timeoutMs)}`);
}

/** What is compared, as soon as the reconciler has looked for the first time; nothing when it does not. */
async function firstSweeps(
  service: ServiceClient,
  timeoutMs: number,
): Promise<DifferencesView["sweeps"]> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const { sweeps } = await service.ask("/ops/v1/differences?limit=1", DifferencesView);
    if (sweeps.length > 0 || performance.now() >= untilMs) return sweeps;
    await Bun.sleep(pollMs);
  }
}

/** All that there was when it began was compared, and whatever seemed missing was looked at twice. */
function isDone(begun: readonly SweepView[], { sweeps, unconfirmed }: DifferencesView): boolean {
  return unconfirmed === 0 && begun.every((sweep) => isPast(sweep, sweeps));
}

function isPast(begun: SweepView, sweeps: readonly SweepView[]): boolean {
  const now = sweeps.find((sweep) => nameOf(sweep) === nameOf(begun));
  return now !== undefined && now.sequence >= begun.target;
}

const nameOf = ({ kind, stream, consumer }: SweepView) =>
  consumer === null ? `${stream} ${kind}` : `${stream} ${kind} by ${consumer}`;

const sumOf = (sweeps: readonly SweepView[]) =>
  sweeps.reduce((sum, { sequence }) => sum + sequence, 0);
