import { eventually } from "@app/platform/testing/eventually.ts";
import { callAt } from "../../e2e/stage.ts";
import type { Wish } from "./customers.ts";
import { type Accepted, failedForMs, type Probe, startProbe } from "./probe.ts";

/** How it went when one process was killed. */
export interface Trial {
  readonly victim: string;
  /** From the kill until it was ready again. */
  readonly backMs: number;
  /** For how long requests failed, of whatever kind. */
  readonly failedMs: number;
  /** What callers were told meanwhile, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the kill until an order that was accepted after it was decided. */
  readonly decidedMs: number;
  readonly accepted: number;
  /** What was accepted and is not there, or an order that is not confirmed. */
  readonly lost: readonly string[];
}

/** What runs, and comes back by itself when it is killed. */
export interface Killable {
  /** The gateway's. */
  readonly url: string;
  /** The process of that name, once it is ready; another one after each start. */
  pidOf(name: string): number | undefined;
}

export interface TrialSettings {
  readonly world: Killable;
  readonly wishes: readonly Wish[];
  readonly victim: string;
  /** A request that took longer has failed. */
  readonly patienceMs: number;
  /** How long the probe goes on after the kill, at least. */
  readonly watchMs: number;
}

/** So long nothing may have failed before the kill, which is what counts from then on. */
const STEADY_MS = 2_000;
/** So long nothing may have failed at the end. */
const CALM_MS = 3_000;
const DEADLINE_MS = 120_000;
const LOOKS_AT_ONCE = 8;

/** Kills one process with SIGKILL while people use everything, and looks what becomes of that. */
export async function killTrial(settings: TrialSettings): Promise<Trial> {
  const { world, victim, watchMs } = settings;
  const { url } = world;
  const probe = startProbe({ ...settings, url });
  let killedAt: number;
  let backMs: number;
  let decidedMs: number;
  try {
    await calm(probe, { forMs: STEADY_MS, from: performance.now() });
    const pid = world.pidOf(victim);
    if (pid === undefined) throw new Error(`${victim} does not run`);
    killedAt = performance.now();
    process.kill(pid, "SIGKILL");
    const since = () => Math.round(performance.now() - killedAt);
    const mark = probe.accepted.orders.length;
    [backMs, decidedMs] = await Promise.all([
      eventually(
        () => {
          const now = world.pidOf(victim);
          return now !== undefined && now !== pid && since();
        },
        { deadlineMs: DEADLINE_MS, everyMs: 20 },
      ),
      decidedAfter(url, probe, mark).then(since),
    ]);
    await eventually(() => since() >= watchMs, { deadlineMs: DEADLINE_MS, everyMs: 50 });
    await calm(probe, { forMs: CALM_MS, from: killedAt });
  } finally {
    await probe.stop();
  }
  // What was under way at the kill counts, too.
  const after = probe.samples.filter(({ at }) => at >= killedAt - STEADY_MS);
  return {
    victim,
    backMs,
    failedMs: Math.round(failedForMs(after)),
    failures: counted(
      after.flatMap(({ wish, failure }) => (failure ? [`${wish}: ${failure}`] : [])),
    ),
    decidedMs,
    accepted: probe.accepted.orders.length + probe.accepted.bookings.length,
    lost: await lostOf(url, probe.accepted),
  };
}

/** Nothing has failed for so long, since `from` at the earliest. */
async function calm(
  { samples }: Probe,
  { forMs, from }: { readonly forMs: number; readonly from: number },
): Promise<void> {
  await eventually(
    () => {
      const now = performance.now();
      const last = samples.findLast(({ failure }) => failure !== undefined);
      if (now - Math.max(last?.at ?? 0, from) >= forMs) return;
      throw new Error(
        `the last that failed was ${last ? `${last.wish}: ${last.failure}` : "none"}`,
      );
    },
    { deadlineMs: DEADLINE_MS, everyMs: 50 },
  );
}

/** Done when the first order that is accepted from now on is decided. */
async function decidedAfter(url: string, { accepted }: Probe, mark: number): Promise<void> {
  const next = () => accepted.orders[mark];
  await eventually(() => next() !== undefined, { deadlineMs: DEADLINE_MS });
  await eventually(
    async () => {
      const { body } = await callAt(`${url}/v1/orders/${next()}`, { method: "GET" });
      return body.status === "CONFIRMED" || body.status === "CANCELLED";
    },
    { deadlineMs: DEADLINE_MS, everyMs: 50 },
  );
}

/** Whatever of it is not there, or not as it should be in the end. */
async function lostOf(url: string, { orders, bookings }: Accepted): Promise<readonly string[]> {
  const wanted = [
    ...orders.map((id) => ({ path: `/v1/orders/${id}`, status: "CONFIRMED" })),
    ...bookings.map((id) => ({ path: `/bookings/${id}`, status: "CONFIRMED" })),
  ];
  const lost: string[] = [];
  const giveUpAt = performance.now() + DEADLINE_MS;
  const look = async () => {
    for (let next = wanted.shift(); next; next = wanted.shift()) {
      const { path, status } = next;
      let last = "";
      const isThere = async () => {
        const answer = await callAt(`${url}${path}`, { method: "GET" });
        last = JSON.stringify(answer.body);
        return answer.body.status === status;
      };
      const deadlineMs = Math.max(0, giveUpAt - performance.now());
      const found = await eventually(isThere, { deadlineMs, everyMs: 100 }).catch(() => false);
      if (!found) lost.push(`${path}: ${last}`);
    }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
  return lost;
}

function counted(texts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
