import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOf, runCampaign } from "./campaign.ts";
import { type Fault, type FaultGroup, faultGroups } from "./fault.ts";
import { faults } from "./kinds.ts";

const kinds: ReadonlyMap<FaultGroup, readonly Fault[]> = new Map(
  faultGroups.map((group) => [group, faults.filter((fault) => fault.group === group)] as const),
);
const SEEDS = 40;
const groups = [...new Set(faults.map(({ group }) => group))];

describe("the kinds of a seed", () => {
  test.each(groups)("of group %s come round evenly, with a guest from elsewhere", (group) => {
    const inflicted = Array.from({ length: SEEDS }, (_, seed) => faultsOf(kinds, group, seed));

    const counts = (kinds.get(group) ?? []).map(
      (kind) => inflicted.filter((names) => names.includes(kind)).length,
    );
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    for (const names of inflicted)
      expect(names.filter((fault) => fault.group !== group)).toHaveLength(1);
  });

  test("are the same for the same seed", () => {
    const names = () => faultsOf(kinds, "A", 12).map(({ name }) => name);

    expect(names()).toEqual(names());
  });

  test("have names of their own", () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });
});

test("a campaign goes on after a run that was killed as it wrote down a result", async () => {
  const directory = mkdtempSync(join(tmpdir(), "campaign-"));
  const resultsFile = join(directory, "results.jsonl");
  const line = (seed: number) => JSON.stringify({ group: "A", seed, violations: ["größer"] });
  const resume = () =>
    runCampaign({
      workers: 1,
      startStack: () => Promise.reject(new Error("there is no seed to run")),
      groups: ["A"],
      kinds,
      seeds: [],
      resultsFile,
      logsDirectory: directory,
      bunArguments: [],
      environment: {},
      endAtMs: 0,
      signal: new AbortController().signal,
      onResult: () => undefined,
    });
  writeFileSync(resultsFile, `${line(1)}\n${line(2).slice(0, 20)}`);

  const kept = await resume();
  appendFileSync(resultsFile, `${line(2)}\n`);
  const all = await resume();

  expect(kept.map(({ seed }) => seed)).toEqual([1]);
  expect(all.map(({ seed }) => seed)).toEqual([1, 2]);
  await rm(directory, { recursive: true });
});
