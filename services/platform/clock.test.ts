import { describe, expect, test } from "bun:test";
import { systemClock } from "./clock.ts";

describe("systemClock", () => {
  test("sleeps at least as long as asked", async () => {
    const startedMs = systemClock.monotonicMs();

    await systemClock.sleep(20);

    expect(systemClock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(19);
  });

  test("wakes early and quietly when the signal aborts", async () => {
    const stop = new AbortController();
    const startedMs = systemClock.monotonicMs();

    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await sleeping;

    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(30_000);
  });

  test("does not sleep at all on a signal that has already aborted", async () => {
    const startedMs = systemClock.monotonicMs();

    await systemClock.sleep(60_000, AbortSignal.abort());

    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(30_000);
  });
});
