import { describe, expect, test } from "bun:test";
import type { Contender, Counts } from "./job.ts";
import type { ProcessorUse } from "./processor-time.ts";
import { type RoundSettings, runRounds, VoidRound } from "./run-rounds.ts";

describe("runRounds", () => {
  test("lets the contenders work in turn, each made ready before it is measured", async () => {
    const seen: string[] = [];
    const contenders = ["floor", "ours"].map((name) => contender(name, { seen }));

    const { records } = await runRounds(contenders, settings({ rounds: 2, seen }));

    const turn = (name: string) => [`${name} prepares`, "measured", `${name} runs`];
    const round = [...turn("floor"), ...turn("ours")];
    expect(seen).toEqual([...round, ...round]);
    expect(records.map(({ round, contender }) => [round, contender])).toEqual([
      [1, "floor"],
      [1, "ours"],
      [2, "floor"],
      [2, "ours"],
    ]);
  });

  test("is void as soon as the same work is counted differently", async () => {
    const contenders = [contender("ours", { counts: { answers: 7, rows: 7, messages: 6 } })];

    const run = runRounds(contenders, settings({ rounds: 3 }));

    await expect(run).rejects.toThrow(VoidRound);
    await expect(run).rejects.toThrow("round 1 of ours is void: 7 answers, 7 rows, 6 messages");
  });

  test("drops a round in which others used too much, and tries another for it", async () => {
    const foreign = [0, 0, 0.02, 0.3, 0, 0.1];
    const contenders = [contender("floor"), contender("ours")];

    const { records, dropped } = await runRounds(contenders, settings({ rounds: 2, foreign }));

    expect(dropped).toEqual([{ round: 2, contender: "ours", foreign: 0.3 }]);
    expect(records.map(({ round }) => round)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test("lets one take part in fewer rounds, of those that count", async () => {
    const foreign = [0, 0.5];
    const contenders = [contender("floor"), { ...contender("long"), roundsMax: 1 }];

    const { records } = await runRounds(contenders, settings({ rounds: 2, foreign }));

    expect(records.map(({ round, contender }) => [round, contender])).toEqual([
      [1, "floor"],
      [1, "long"],
      [2, "floor"],
      [2, "long"],
      [3, "floor"],
    ]);
  });

  test("gives up after twice as many rounds", async () => {
    const foreign = Array.from({ length: 20 }, () => 0.5);

    const { dropped } = await runRounds([contender("ours")], settings({ rounds: 3, foreign }));

    expect(dropped.map(({ round }) => round)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("begins nothing more once it is stopped", async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const contenders = [
      contender("floor", { seen, run: () => stop.abort() }),
      contender("ours", { seen }),
    ];

    const run = runRounds(contenders, settings({ rounds: 2, signal: stop.signal }));

    await expect(run).rejects.toThrow();
    expect(seen).toEqual(["floor prepares", "floor runs"]);
  });
});

function contender(
  name: string,
  {
    seen = [],
    counts = {},
    run,
  }: { readonly seen?: string[]; readonly counts?: Counts; readonly run?: () => void } = {},
): Contender {
  return {
    name,
    prepare: async () => void seen.push(`${name} prepares`),
    async run() {
      seen.push(`${name} runs`);
      run?.();
      return { figures: { perSecond: 1 }, done: 1, counts: async () => counts };
    },
  };
}

function settings({
  foreign = [],
  seen = [],
  ...given
}: Pick<RoundSettings, "rounds" | "signal"> & {
  readonly foreign?: number[];
  readonly seen?: string[];
}): RoundSettings {
  const use = (): ProcessorUse => ({
    wallMs: 1_000,
    partsMs: {},
    foreign: foreign.shift() ?? 0,
    stolen: 0,
  });
  return {
    foreignMax: 0.1,
    fsyncsPerSecond: () => 1_000,
    async watched(work) {
      seen.push("measured");
      return [await work(), use()];
    },
    ...given,
  };
}
