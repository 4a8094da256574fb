import { describe, expect, test } from "bun:test";
import { amount, comparedRows, type JobResult, jobTables } from "./results.ts";
import type { RoundRecord } from "./run-rounds.ts";

describe("jobTables", () => {
  test("shows a figure beside its floor, with the ratios and the verdicts", () => {
    const [, , line] = jobTables(result()).split("\n");

    expect(line).toBe(
      "| 16 clients, orders/s | 8 000 | 6 600 (6 400–6 800) | 0.82 (0.80–0.85) | ≥ 0.75 reached | ≥ 1.1 **missed** |",
    );
  });

  test("shows what one piece of work cost each part", () => {
    expect(jobTables(result())).toContain(
      "| processor µs for each | postgres | load | together |\n|---|---|---|---|\n| floor | 80 | 20 | 100 |",
    );
  });

  test("shows no cost of what is no piece of work", () => {
    const records = result().records.map((record) => ({ ...record, done: 0 }));

    expect(jobTables({ ...result(), records })).not.toContain("processor µs");
  });

  test("names the rounds that do not count", () => {
    const dropped = [{ round: 2, contender: "ours", foreign: 0.25 }];

    const tables = jobTables({ ...result(), dropped });

    expect(tables).toContain(
      "1 round counts. Round 2 does not: others used 25.0 % of the processors beside ours.",
    );
    expect(tables).toContain("| 8 000 | 6 400 | 0.80 |");
  });

  test("says what was skipped", () => {
    expect(jobTables({ ...result(), skipped: ["pgbench is not installed."] })).toEndWith(
      "\n\npgbench is not installed.",
    );
  });
});

describe("comparedRows", () => {
  test("leaves out what was not measured at all, or is not told here", () => {
    const [row] = result().rows;
    const away = { name: "64 clients", contender: "away" };
    const rows = row ? [row, { ...row, ...away }, { ...row, figure: "mebibytes" }] : [];

    expect(comparedRows({ ...result(), rows }).map((compared) => compared.row.name)).toEqual([
      "16 clients",
    ]);
  });
});

describe("amount", () => {
  test.each([
    [12_345.6, "12 346"],
    [99.94, "99.9"],
    [1.234, "1.23"],
    [0.05, "0.05"],
    [2, "2"],
    [0, "0"],
    [100, "100"],
    [90, "90"],
  ])("writes %d as %s", (value, text) => {
    expect(amount(value)).toBe(text);
  });
});

function result(): JobResult {
  return {
    job: "i",
    title: "orders accepted",
    rows: [
      {
        name: "16 clients",
        contender: "ours",
        figure: "perSecond",
        unit: "orders/s",
        floor: "floor",
        target: { kind: "ratio", first: 0.75, next: 1.1, loose: 0.05 },
      },
    ],
    records: [
      record(1, "floor", 8_000),
      record(1, "ours", 6_400),
      record(2, "floor", 8_000),
      record(2, "ours", 6_800),
    ],
    dropped: [],
    skipped: [],
  };
}

function record(round: number, contender: string, perSecond: number): RoundRecord {
  return {
    round,
    contender,
    figures: { perSecond },
    counts: {},
    done: 10_000,
    use: { wallMs: 1_000, partsMs: { postgres: 800, load: 200 }, foreign: 0.01, stolen: 0 },
    fsyncsPerSecond: 5_000,
  };
}
