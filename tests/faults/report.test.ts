import { describe, expect, test } from "bun:test";
import { describeResult } from "./report.ts";

const command = "bun run faults";
const result = {
  group: "A",
  seed: 7,
  faults: ["kill"],
  violations: [],
  points: {},
  orders: 40,
  acts: 90,
  seconds: 5,
  timeline: ["1.00 s  A kill", "5.00 s  every promise was kept"],
} as const;

describe("what is told of a seed", () => {
  test("is one line in a campaign, where every promise was kept", () => {
    expect(describeResult(result, { command, whole: false })).toBe(
      "kept  A seed 7: kill (40 orders, 5 s)",
    );
  });

  test("has its timeline where it runs alone", () => {
    expect(describeResult(result, { command, whole: true })).toBe(
      [
        "kept  A seed 7: kill (40 orders, 5 s)",
        "  | 1.00 s  A kill",
        "  | 5.00 s  every promise was kept",
      ].join("\n"),
    );
  });

  test("has what was broken, the logs and how to repeat it in a campaign too", () => {
    const violations = Array.from({ length: 21 }, (_, index) => `order ${index} is lost`);

    const told = describeResult(
      { ...result, violations, logs: "logs/A-7" },
      { command, whole: false },
    ).split("\n");

    expect(told[0]).toStartWith("BROKE A seed 7");
    expect(told.filter((line) => line.startsWith("  ! "))).toHaveLength(21);
    expect(told).toContain("  ! and 1 more");
    expect(told.slice(-4)).toEqual([
      "  | 1.00 s  A kill",
      "  | 5.00 s  every promise was kept",
      "  logs: logs/A-7",
      "  again: bun run faults --group A --seed 7",
    ]);
  });
});
