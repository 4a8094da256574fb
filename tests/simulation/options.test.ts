import { describe, expect, test } from "bun:test";
import { readOptions, UsageError } from "./options.ts";

describe("the options of a simulation", () => {
  test("have defaults for all", () => {
    expect(readOptions([])).toMatchObject({ mode: "all", seed: 1, runs: 10_000, processes: 2 });
  });

  test("name one crash of one order", () => {
    const args = ["--mode", "exhaustive", "--case", "rejected", "--crash-at", "17,90"];

    expect(readOptions(args)).toMatchObject({ of: "rejected", crashAt: [17, 90] });
  });

  test("ask for help", () => {
    expect(readOptions(["--help"])).toBeUndefined();
  });

  test.each([
    [["--mode", "chaos"], "--mode must be one of all, exhaustive, safety, liveness"],
    [["--runs", "0"], "--runs must be a whole number from 1 to 100000000"],
    [["--seed", "-1"], "ambiguous"],
    [["--processes", "17"], "--processes must be a whole number from 1 to 16"],
    [
      ["--case", "lost"],
      "--case must be one of confirmed, rejected, cancelled, two processes each",
    ],
    [["--record-boundaries"], "--record-boundaries needs --mode liveness"],
    [["--unknown"], "Unknown option '--unknown'"],
    [["extra"], "Unexpected argument 'extra'"],
  ])("refuses %j", (args, text) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(text);
  });
});
