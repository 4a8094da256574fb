import { brokenAtAnyTime, brokenAtRest, undone } from "./checks.ts";
import type { Coverage } from "./coverage.ts";
import { type Episode, strike } from "./faults/episodes.ts";
import { Customers } from "./system/customers.ts";
import type { HistorySettings } from "./system/history-settings.ts";
import { Operator } from "./system/operator.ts";
import { Strangers } from "./system/strangers.ts";
import { World } from "./system/world.ts";
import { lightAborts } from "./world/light-abort.ts";
import type { Moment } from "./world/scheduler.ts";

export interface HistoryOptions {
  readonly seed: number;
  readonly settings: HistorySettings;
  readonly episodes: readonly Episode[];
  /** When customers come, at most. */
  readonly customersWithinMs: number;
  /** When all faults have ended. */
  readonly healAtMs: number;
  /** Whether the system has to come to rest once it has healed; if not, the history ends there. */
  readonly liveness: boolean;
  readonly coverage: Coverage;
  /** The crossing at which a process crashes, and those after it. */
  readonly crashAtCrossings?: readonly number[];
  /** Whether crashes aim at await boundaries that are seldom crossed. */
  readonly aimed?: boolean;
  readonly traced?: boolean;
}

/** What stands in a history besides the system. */
export interface History {
  readonly world: World;
  readonly customers: Customers;
  readonly strangers: Strangers;
  readonly operator: Operator;
}

export interface HistoryResult {
  /** What does not hold; empty when all is well. */
  readonly broken: readonly string[];
  readonly hash: number;
  readonly events: number;
  readonly crossings: number;
  readonly endedAtMs: number;
  readonly timeline: readonly Moment[] | undefined;
}

/** In simulated time. The longest waits are a dedup window that hides a loss, and retries. */
const restWithinMs = 600_000;
const lookEveryMs = 250;

/** Runs one history from its beginning to its end. Wholly decided by its options. */
export function runHistory(options: HistoryOptions): HistoryResult {
  using _aborts = lightAborts();
  using world = new World(options);
  const { scheduler } = world;
  const strangers = new Strangers(world);
  const customers = new Customers(world, { withinMs: options.customersWithinMs });
  const history: History = {
    world,
    customers,
    strangers,
    operator: new Operator(world, strangers),
  };
  for (const crossing of options.crashAtCrossings ?? []) world.armed.push({ crossing });

  world.startAll();
  customers.come();
  for (const episode of options.episodes)
    scheduler.schedule(episode.atMs, { label: "", run: () => strike(history, episode) });
  scheduler.runUntil(options.healAtMs);
  const broken = [...brokenAtAnyTime(history)];
  if (broken.length === 0 && options.liveness) broken.push(...comeToRest(history, options));

  return {
    broken,
    hash: scheduler.hash,
    events: scheduler.events,
    crossings: world.crossings,
    endedAtMs: scheduler.nowMs,
    timeline: scheduler.timeline,
  };
}

/** Ends all faults and waits until nothing is left to do. */
function comeToRest(history: History, { healAtMs }: HistoryOptions): readonly string[] {
  const { world, operator, strangers } = history;
  const { scheduler } = world;
  world.heal();
  operator.keepLooking();
  strangers.keepSaying();
  let lookAtMs = 0;
  scheduler.runUntil(healAtMs + restWithinMs, () => {
    if (scheduler.nowMs < lookAtMs) return false;
    lookAtMs = scheduler.nowMs + lookEveryMs;
    return undone(history).length === 0 && world.isIdle;
  });
  return brokenAtRest(history);
}
