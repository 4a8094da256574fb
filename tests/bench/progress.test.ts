import { describe, expect, test } from "bun:test";
import { progress, timeLeft } from "./progress.ts";

describe("timeLeft", () => {
  test("trusts the estimate at first", () => {
    expect(timeLeft({ totalSeconds: 100, doneSeconds: 0, elapsedSeconds: 30 })).toBe(70);
    expect(timeLeft({ totalSeconds: 100, doneSeconds: 0, elapsedSeconds: 130 })).toBe(0);
  });

  test("then goes by what it took", () => {
    expect(timeLeft({ totalSeconds: 100, doneSeconds: 20, elapsedSeconds: 40 })).toBe(160);
    expect(timeLeft({ totalSeconds: 100, doneSeconds: 1, elapsedSeconds: 90 })).toBe(297);
  });
});

describe("progress", () => {
  test("writes what is done with the time left", () => {
    const lines: string[] = [];
    let nowMs = 1_000;
    const told = progress(
      120,
      (line) => lines.push(line),
      () => nowMs,
    );

    told.step("i: starting");
    told.done(60);
    nowMs += 60_000;
    told.step("ii: starting");

    expect(lines).toEqual(["[2 min left] i: starting", "[60 s left] ii: starting"]);
  });
});
