import { describe, expect, test } from "bun:test";
import { type Clock, systemClock } from "./clock.ts";
import { type Log, type LogFields, silentLog } from "./log.ts";
import { systemRandom } from "./random.ts";
import { waitFor } from "./wait-for.ts";

function settings(limitMs = 60_000) {
  let nowMs = 0;
  const told: LogFields[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
  };
  const log: Log = { ...silentLog, warn: (_, fields = {}) => void told.push(fields) };
  return { clock, random: systemRandom, log, limitMs, told };
}

function failing(times: number) {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new Error("connection refused");
    return "connected";
  };
}

describe("waitFor", () => {
  test("gives what the probe gives and says nothing when that is quick", async () => {
    const world = settings();

    expect(await waitFor("postgres", failing(2), world)).toBe("connected");
    expect(world.told).toEqual([]);
  });

  test("says what it waits for while that takes long", async () => {
    const world = settings();

    await waitFor("postgres", failing(10), world);

    expect(world.told[0]).toMatchObject({
      for: "postgres",
      err: { message: "connection refused" },
    });
  });

  test("gives up at the limit with the last failure as the cause", async () => {
    const waiting = waitFor("nats", failing(1_000), settings(5_000));

    await expect(waiting).rejects.toMatchObject({
      message: "nats did not answer within 5000 ms",
      cause: { message: "connection refused" },
    });
  });

  test("ends at once when its signal aborts", async () => {
    const signal = AbortSignal.abort(new Error("stopping"));

    await expect(waitFor("nats", failing(1), { ...settings(), signal })).rejects.toThrow(
      "stopping",
    );
  });
});
