import { describe, expect, test } from "bun:test";
import { replay, runExhaustive, runRandom } from "./campaign.ts";
import { Coverage } from "./coverage.ts";
import { oneOrderCaseNames } from "./exhaustive.ts";
import { runHistory } from "./history.ts";
import { randomHistory } from "./random-history.ts";
import { replayCommand } from "./report.ts";

/** The short form of `bun run simulate`: the same histories in every run. */

/** Real time in which nothing of this can still be running. */
const untilMs = () => performance.now() + 600_000;

const limits = () => ({ untilMs: untilMs(), keepGoing: true });

describe("a simulated order", () => {
  test.each(oneOrderCaseNames)(
    "comes to its end wherever a process crashes: %s",
    (of) => {
      const { histories, violations } = runExhaustive({ pairs: false, cases: [of] }, limits());

      expect(violations.map(({ history }) => replayCommand(history))).toEqual([]);
      expect(histories).toBeGreaterThan(100);
    },
    120_000,
  );
});

describe("a simulated history", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    "holds what it must amid its faults, and after them: part %i",
    (part) => {
      const { violations, coverage } = runRandom(
        { mode: "all", seed: part * 1_000_000, step: 1, runs: 100 },
        limits(),
      );

      expect(violations.map(({ history }) => replayCommand(history))).toEqual([]);
      for (const kind of ["crash", "broker put back", "statement lost", "handler throws"])
        expect(coverage.count("fault", kind)).toBeGreaterThan(0);
    },
    120_000,
  );

  test("is the same whenever it is run, watched or not", () => {
    const hashes = (traced: boolean) =>
      Array.from({ length: 20 }, (_, index) => {
        const options = randomHistory(index + 1, { mode: "liveness", coverage: new Coverage() });
        const { hash, events } = runHistory({ ...options, traced });
        return { hash, events };
      });

    const first = hashes(false);

    expect(hashes(true)).toEqual(first);
    expect(new Set(first.map(({ hash }) => hash)).size).toBe(20);
  }, 120_000);

  test("can be looked at, event by event", () => {
    const { timeline, broken } = replay({ kind: "random", mode: "liveness", seed: 7 });

    expect(broken).toEqual([]);
    const happened = timeline?.map(({ what }) => what) ?? [];
    expect(happened).toContain("starts");
    expect(happened).toContain("heals");
    expect(happened).toContain("commit");
  });

  test("fails when the system cannot come to rest", () => {
    const options = randomHistory(3, { mode: "liveness", coverage: new Coverage() });
    // Nobody listens to orders, so none of them is ever decided.
    const settings = { ...options.settings, inventoryProcesses: 0, deadlineMs: 900_000 };

    const { broken } = runHistory({ ...options, settings, episodes: [] });

    expect(broken.length).toBeGreaterThan(0);
  }, 120_000);
});
