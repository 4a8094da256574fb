import { describe, expect, test } from "bun:test";
import type { DryRunView, RedriveRunView } from "@app/platform/messaging/ops-repair-views.ts";
import { canaryPassed, stepsOf, timeLeftText } from "./redrive-steps.ts";

const dryRun: DryRunView = {
  consumer: "inventory-service",
  selected: 340,
  lookedAt: 200,
  notTried: 1,
  wouldSucceed: 197,
  wouldFail: 1,
  letters: [],
};

const run: RedriveRunView = {
  id: 5,
  consumer: "inventory-service",
  state: "running",
  selection: {},
  canary: 0,
  perSecond: 20,
  total: 100,
  done: 20,
  failed: 0,
  skipped: 0,
  pending: 80,
  actor: "somebody",
  problem: null,
  createdAt: "2026-05-04T12:00:00Z",
  finishedAt: null,
};
const passed: RedriveRunView = { ...run, state: "done", total: 1, done: 1, pending: 0 };
const states = (progress: Parameters<typeof stepsOf>[0]) =>
  stepsOf(progress).map(({ state }) => state);

describe("the steps of a redrive", () => {
  test("begin with a dry run, and one follows the other", () => {
    expect(states({ left: 340 })).toEqual(["now", "todo", "todo", "todo"]);
    expect(states({ left: 340, dryRun })).toEqual(["done", "now", "todo", "todo"]);
    expect(states({ left: 339, dryRun, canary: passed })).toEqual(["done", "done", "now", "todo"]);
    expect(states({ left: 80, canary: passed, rest: run })).toEqual([
      "done",
      "done",
      "now",
      "todo",
    ]);
    expect(states({ left: 0, rest: { ...run, state: "done", done: 100, pending: 0 } })).toEqual([
      "done",
      "done",
      "done",
      "done",
    ]);
  });

  test("stop at a canary that fails", () => {
    const failed: RedriveRunView = { ...passed, state: "failed", done: 0, failed: 1 };

    expect(states({ left: 340, dryRun, canary: failed })).toEqual([
      "done",
      "failed",
      "todo",
      "todo",
    ]);
    expect(canaryPassed(failed)).toBe(false);
    expect(canaryPassed({ ...passed, done: 0, skipped: 1 })).toBe(false);
    expect(canaryPassed(passed)).toBe(true);
  });

  test("say what a dry run found, and what it did not look at", () => {
    expect(stepsOf({ left: 340, dryRun })[0]?.says).toBe(
      "197 would pass, 2 would fail, 1 not tried, 140 not looked at",
    );
  });

  test("say what is left in the end", () => {
    const ended: RedriveRunView = { ...run, state: "cancelled", failed: 2, pending: 78 };

    expect(stepsOf({ left: 80, rest: ended })[3]).toMatchObject({
      state: "failed",
      says: "20 passed, 2 failed, 78 left",
    });
  });
});

describe("the time that a run still takes", () => {
  test("is told by its rate, and not of one that is over", () => {
    expect(timeLeftText(run)).toStartWith("20 per second, about 4");
    expect(timeLeftText({ ...run, state: "paused" })).toBe("paused, 80 to go");
    expect(timeLeftText(passed)).toBeUndefined();
  });
});
