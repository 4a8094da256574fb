import { describe, expect, test } from "bun:test";
import type { Clock } from "./clock.ts";
import { silentLog } from "./log.ts";
import { systemRandom } from "./random.ts";
import { type Supervised, type SupervisorSettings, supervise } from "./supervise.ts";

/** A clock whose sleeps end at once, noted, and count as passed time. */
function fastClock() {
  let nowMs = 0;
  const slept: number[] = [];
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: async (durationMs) => {
      slept.push(durationMs);
      nowMs += durationMs;
    },
  };
  const pass = (durationMs: number) => {
    nowMs += durationMs;
  };
  return { clock, slept, pass };
}

function settingsWith(clock: Clock): SupervisorSettings {
  return { clock, random: { ...systemRandom, fraction: () => 1 }, log: silentLog };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));

const problemOf = ({ check }: Supervised) => {
  try {
    check.probe(new AbortController().signal);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return undefined;
};

describe("supervise", () => {
  test("restarts a loop that throws or returns, each time after a longer delay up to the limit", async () => {
    const { clock, slept } = fastClock();
    const settled = Promise.withResolvers<void>();
    let runs = 0;

    await using loop = supervise(
      "relay",
      async (signal) => {
        runs += 1;
        if (runs === 1) return;
        if (runs <= 10) throw new Error("broken");
        settled.resolve();
        await untilAborted(signal);
      },
      settingsWith(clock),
    );
    await settled.promise;

    expect(slept).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
    expect(problemOf(loop)).toBe("restarted, failed 10 times");
  });

  test("is well again once it has run steadily, and starts over with short delays", async () => {
    const { clock, slept, pass } = fastClock();
    const runs = [0, 1, 2, 3].map(() => ({
      entered: Promise.withResolvers<void>(),
      end: Promise.withResolvers<void>(),
    }));
    let at = 0;
    await using loop = supervise(
      "relay",
      async (signal) => {
        const run = runs[at];
        at += 1;
        run?.entered.resolve();
        await Promise.race([run?.end.promise, untilAborted(signal)]);
      },
      settingsWith(clock),
    );
    expect(problemOf(loop)).toBeUndefined();

    runs[0]?.end.reject(new Error("broken"));
    await runs[1]?.entered.promise;
    runs[1]?.end.reject(new Error("broken"));
    await runs[2]?.entered.promise;
    expect(problemOf(loop)).toBe("restarted, failed 2 times");
    pass(5_000);
    expect(problemOf(loop)).toBeUndefined();
    runs[2]?.end.reject(new Error("broken"));
    await runs[3]?.entered.promise;

    expect(slept).toEqual([100, 200, 100]);
  });

  test("ends when disposed, having told the loop, and says so", async () => {
    const { clock } = fastClock();
    let finished = false;
    const loop = supervise(
      "relay",
      async (signal) => {
        await untilAborted(signal);
        finished = true;
      },
      settingsWith(clock),
    );

    await loop[Symbol.asyncDispose]();

    expect(finished).toBe(true);
    expect(problemOf(loop)).toBe("stopped");
  });

  test("survives a loop that throws while it is stopped", async () => {
    const { clock } = fastClock();
    const loop = supervise(
      "relay",
      async (signal) => {
        await untilAborted(signal);
        throw new Error("broken");
      },
      settingsWith(clock),
    );

    await loop[Symbol.asyncDispose]();

    expect(problemOf(loop)).toBe("stopped");
  });
});
