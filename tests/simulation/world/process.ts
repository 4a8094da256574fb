import type { Clock } from "@app/platform/clock.ts";
import type { Random } from "@app/platform/random.ts";
import type { Boundary } from "../boundary.ts";
import { type Chance, simulatedRandom } from "./chance.ts";
import type { Owner, Scheduled, Scheduler } from "./scheduler.ts";

/** The instant at which every history begins. */
export const epochMs = Date.UTC(2026, 0, 1);

/** Thrown to end what a process was doing when it is killed in the middle of it. */
export class ProcessKilled extends Error {
  override readonly name = "ProcessKilled";
}

export interface ProcessOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  /**
   * Asked each time that something is about to cross the process's edge, going out or coming in;
   * true when the process is to crash instead.
   */
  readonly crossing: (process: SimulatedProcess, what: string) => boolean;
  /** How long one crossing takes, in milliseconds. */
  readonly latencyMs: (what: string) => number;
  /** How much its wall clock is ahead of the databases'; behind, when below 0. */
  readonly clockAheadMs: number;
}

/**
 * One process from its start to its end; a restart makes another. Whatever it asks of the world goes
 * out and comes back as events, so that it can be killed or paused at every one of them. Of a dead
 * process nothing runs any more, and no promise of it settles.
 */
export class SimulatedProcess implements Owner {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  alive = true;
  paused = false;
  readonly #options: ProcessOptions;
  #postponed: Scheduled[] = [];

  constructor(options: ProcessOptions) {
    const { name, scheduler, chance } = options;
    this.#options = options;
    this.name = name;
    this.clock = simulatedClock(scheduler, this, options.clockAheadMs);
    this.random = simulatedRandom(chance, () => epochMs + scheduler.nowMs);
  }

  /** The process's own edge: goes out, has its effect, comes back. */
  readonly boundary: Boundary = (name, effect) =>
    new Promise((resolve, reject) => {
      this.goOut(name, () => {
        const answer = outcomeOf(effect);
        this.comeIn(name, () => (answer.ok ? resolve(answer.value) : reject(answer.error)));
      });
    });

  /** Something leaves the process, and has its effect outside, unless that crashes before. */
  goOut(what: string, effect: () => void, delayMs = this.#options.latencyMs(what)): void {
    this.#options.scheduler.schedule(delayMs, {
      label: what,
      owner: this,
      outside: true,
      run: () => {
        if (!this.#options.crossing(this, `before ${what}`)) effect();
      },
    });
  }

  /** Something reaches the process, when that runs, unless it crashes before. */
  comeIn(what: string, take: () => void, delayMs = this.#options.latencyMs(what)): void {
    this.#options.scheduler.schedule(delayMs, {
      label: "",
      owner: this,
      run: () => {
        if (!this.#options.crossing(this, `after ${what}`)) take();
      },
    });
  }

  /** Time passes within the process. */
  after(delayMs: number, run: () => void): () => void {
    const event = this.#options.scheduler.schedule(delayMs, { label: "", owner: this, run });
    return () => {
      event.cancelled = true;
    };
  }

  postpone(event: Scheduled): void {
    this.#postponed.push(event);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    // Whatever came meanwhile is there at once, in the order in which it came.
    for (const { label, run, outside } of this.#postponed.filter(({ cancelled }) => !cancelled))
      this.#options.scheduler.schedule(0, { label, owner: this, run, outside });
    this.#postponed = [];
  }
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

export function outcomeOf<T>(effect: () => T): Outcome<T> {
  try {
    return { ok: true, value: effect() };
  } catch (error) {
    return { ok: false, error };
  }
}

/** The clock of a process, or of a server, which has no owner and never stops. */
export function simulatedClock(scheduler: Scheduler, owner?: Owner, aheadMs = 0): Clock {
  return {
    now: () => new Date(epochMs + scheduler.nowMs + aheadMs),
    monotonicMs: () => scheduler.nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          event.cancelled = true;
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const event = scheduler.schedule(durationMs, { label: "", owner, run: done });
        signal?.addEventListener("abort", done, { once: true });
      }),
  };
}
