import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { HealthCheck } from "../health.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { type Supervised, supervise } from "../supervise.ts";
import { campaign, type LeadershipOptions, type Term } from "./leadership.ts";

/** Work that one replica does for all. */
export interface LeaderTask {
  readonly name: string;
  run(term: Term): Promise<void>;
  /** What is wrong although it runs, in words for readiness. */
  problem?(): string | undefined;
}

export interface LeaderOptions {
  readonly leadership: LeadershipOptions;
  readonly tasks: readonly LeaderTask[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A candidate for leadership, for as long as the service runs. */
export interface Leader extends AsyncDisposable {
  /** One check a task: well unless this replica leads and the task is failing. */
  readonly checks: readonly HealthCheck[];
  isLeading(): boolean;
}

/**
 * Campaigns for ever and, while leading, keeps every task running, each under a supervisor of its
 * own: an error in one neither ends it for good nor disturbs the others.
 */
export function startLeader({ leadership, tasks, clock, random, log }: LeaderOptions): Leader {
  let running: ReadonlyMap<string, Supervised> = new Map();
  const settings = { clock, random, log };

  const lead = async (term: Term) => {
    log.info("leading", { partition: leadership.lease.partition });
    running = new Map(
      tasks.map(({ name, run }) => [
        name,
        supervise(name, (signal) => run({ fresh: term.fresh, held: term.held, signal }), settings),
      ]),
    );
    try {
      if (!term.signal.aborted) {
        await new Promise((resolve) =>
          term.signal.addEventListener("abort", resolve, { once: true }),
        );
      }
    } finally {
      const ending = [...running.values()];
      running = new Map();
      await Promise.all(ending.map((task) => task[Symbol.asyncDispose]()));
      log.info("no longer leading", { partition: leadership.lease.partition });
    }
  };
  const candidate = supervise(
    "leadership",
    async (signal) => {
      while (!signal.aborted) await campaign(leadership, signal, lead);
    },
    { ...settings, delayMaxMs: 1_000 },
  );

  return {
    isLeading: () => running.size > 0,
    checks: [
      candidate.check,
      ...tasks.map(
        ({ name, problem }): HealthCheck => ({
          name,
          critical: false,
          probe: async (signal) => {
            const task = running.get(name);
            if (!task) return;
            await task.check.probe(signal);
            const text = problem?.();
            if (text !== undefined) throw new Refusal("unavailable", `${name}_not_well`, text);
          },
        }),
      ),
    ],
    [Symbol.asyncDispose]: () => candidate[Symbol.asyncDispose](),
  };
}

/** A check that fails with `problem`'s text while it returns one. */
export const checkOf = (name: string, problem: () => string | undefined): HealthCheck => ({
  name,
  critical: false,
  probe: () => {
    const text = problem();
    if (text !== undefined) throw new Refusal("unavailable", `${name}_not_well`, text);
  },
});
