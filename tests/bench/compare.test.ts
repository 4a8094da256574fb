import { describe, expect, test } from "bun:test";
import { compare, isBroken } from "./compare.ts";
import type { Row } from "./job.ts";
import type { RoundRecord } from "./run-rounds.ts";

const row: Row = {
  name: "16 clients",
  contender: "ours",
  figure: "perSecond",
  unit: "orders/s",
  floor: "pgbench",
  target: { kind: "ratio", first: 0.75, next: 1.1, loose: 0.05 },
};

describe("compare", () => {
  test("takes the median of the ratios of each round, not the ratio of the medians", () => {
    const rounds = [
      [100, 50],
      [200, 180],
      [400, 320],
    ].flatMap(([floor = 0, ours = 0], index) => both(index + 1, floor, ours));

    const compared = compare(row, { records: rounds, dropped: [] });

    expect(compared.ratio).toEqual({ median: 0.8, min: 0.5, max: 0.9 });
    expect(compared.floor).toEqual({ median: 200, min: 100, max: 400 });
    expect(compared.figure).toEqual({ median: 180, min: 50, max: 320 });
    expect([compared.rounds, compared.first, compared.next]).toEqual([3, true, false]);
  });

  test("leaves out dropped rounds", () => {
    const records = [...both(1, 100, 80), ...both(2, 100, 10)];
    const dropped = [{ round: 2, contender: "ours", foreign: 0.4 }];

    expect(compare(row, { records, dropped }).ratio).toEqual({ median: 0.8, min: 0.8, max: 0.8 });
  });

  test("says so when no round counts", () => {
    const dropped = [{ round: 1, contender: "ours", foreign: 0.4 }];

    expect(() => compare(row, { records: both(1, 1, 1), dropped })).toThrow(
      "no round of 16 clients",
    );
  });

  test("shows a figure whose floor could not be measured without a ratio or a verdict", () => {
    const records = both(1, 100, 80).filter(({ contender }) => contender === "ours");

    const compared = compare(row, { records, dropped: [] });

    expect([compared.ratio, compared.floor, compared.first]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(compared.figure.median).toBe(80);
  });

  test("judges a latency by its own bound", () => {
    const latency: Row = { ...row, target: { kind: "most", first: 80, next: 79 } };

    const { first, next } = compare(latency, { records: both(1, 20, 80), dropped: [] });

    expect([first, next]).toEqual([true, false]);
  });

  test("judges a latency by what it may be beside its floor", () => {
    const latency: Row = { ...row, target: { kind: "ratio-most", first: 1.25, next: 1.05 } };

    const { first, next } = compare(latency, { records: both(1, 100, 110), dropped: [] });

    expect([first, next]).toEqual([true, false]);
  });

  test("judges a rate by its own bound", () => {
    const rate: Row = { ...row, target: { kind: "least", first: 80, next: 81 } };

    const { first, next } = compare(rate, { records: both(1, 20, 80), dropped: [] });

    expect([first, next]).toEqual([true, false]);
  });
});

describe("isBroken", () => {
  const at = (median: number) => ({ row, ratio: { median, min: median, max: median } });

  test("is what stays below the loose floor", () => {
    expect([0.04, 0.05, 0.5].map((ratio) => isBroken(at(ratio)))).toEqual([true, false, false]);
  });

  test("is nothing that was not compared", () => {
    expect(isBroken({ row, ratio: undefined })).toBe(false);
  });
});

function both(round: number, floor: number, ours: number): readonly RoundRecord[] {
  const record = (contender: string, perSecond: number): RoundRecord => ({
    round,
    contender,
    figures: { perSecond },
    counts: {},
    done: 1,
    use: undefined,
    fsyncsPerSecond: 1,
  });
  return [record("pgbench", floor), record("ours", ours)];
}
