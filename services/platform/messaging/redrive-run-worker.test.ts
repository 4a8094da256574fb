import { expect, test } from "bun:test";
import { type Clock, systemClock } from "../clock.ts";
import { eventually } from "../testing/eventually.ts";
import { type RunWorkerOptions, redriveRunTask } from "./redrive-run-worker.ts";
import type { RedriveRun } from "./redrive-runs.ts";
import { wakeable } from "./wake.ts";

test("a run is begun as soon as a hint tells of it, not when it is looked for again", async () => {
  const rests: number[] = [];
  const clock: Clock = {
    ...systemClock,
    // No rest ends by itself.
    sleep: async (ms, signal) => {
      rests.push(ms);
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
    },
  };
  let made: Partial<RedriveRun> | undefined;
  const claims: number[] = [];
  const runs = {
    running: async () => made,
    claim: async (id: number) => {
      claims.push(id);
      made = undefined;
    },
  };
  const wake = wakeable();
  const suspects = { run: (work: () => unknown) => work() };
  const options = { stream: "ORDERS", runs, suspects, wake, clock } as unknown;
  const stop = new AbortController();
  const { run } = redriveRunTask(options as RunWorkerOptions<object>);
  const working = run({ signal: stop.signal, fresh: () => true, held: () => true });
  await eventually(() => expect(rests).toEqual([2_000]));

  made = { id: 7, perSecond: 20 };
  wake.wake();

  await eventually(() => expect(claims).toEqual([7]));
  await eventually(() => expect(rests).toEqual([2_000, 2_000]));
  stop.abort();
  await working;
});
