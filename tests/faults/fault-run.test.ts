import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { faultsOf, runCampaign } from "./campaign.ts";
import { type Fault, type FaultGroup, faultGroups } from "./fault.ts";
import { faults } from "./kinds.ts";
import { runSeed } from "./run-seed.ts";
import { faultsDirectory, type Stack, startStack } from "./stack.ts";

setDefaultTimeout(240_000);

let stack: Stack;
const directory = join(faultsDirectory, `test-${process.pid}`);
beforeAll(async () => {
  stack = await startStack(join(directory, "servers"));
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const kinds: ReadonlyMap<FaultGroup, readonly Fault[]> = new Map(
  faultGroups.map((group) => {
    const ofAStack = faults.filter((fault) => fault.group === group && fault.nodes !== 3);
    return [group, ofAStack] as const;
  }),
);

/** The short form: `bun run faults` runs any number of seeds of every group. */
describe("under faults every promise is kept", () => {
  test.each([
    { group: "A", seed: 12 },
    { group: "B", seed: 1 },
    { group: "D", seed: 4 },
  ] as const)("$group, seed $seed", async ({ group, seed }) => {
    const chosen = faultsOf(kinds, group, seed);
    const logs = join(directory, `${group}-${seed}`);

    const { violations, orders } = await runSeed({
      stack,
      seed,
      faults: chosen,
      directory: logs,
      bunArguments: [],
    });

    expect(violations).toEqual([]);
    expect(orders).toBeGreaterThan(0);
    // The logs of a seed that broke a promise are kept.
    await rm(logs, { recursive: true });
  });
});

test("a campaign goes on with other servers after a seed that left its servers dead", async () => {
  const logsDirectory = join(directory, "campaign");
  const events: string[] = [];
  const onWhich = (name: string): Stack => ({
    ...stack,
    async [Symbol.asyncDispose]() {
      events.push(`${name} are gone`);
      await Promise.all([stack.postgres.restart(), stack.nats[0]?.restart()]);
    },
  });
  await Promise.all([stack.postgres.stop(), stack.nats[0]?.stop()]);
  const waiting = [onWhich("dead servers"), onWhich("others")].values();

  const results = await runCampaign({
    workers: 1,
    startStack: async () => waiting.next().value ?? Promise.reject(new Error("there are no more")),
    groups: ["F"],
    kinds,
    seeds: [1, 2],
    logsDirectory,
    bunArguments: [],
    environment: {},
    endAtMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    onResult: ({ seed, violations }) =>
      void events.push(`seed ${seed} ${violations.length === 0 ? "kept" : "broken"}`),
  });

  expect(results.map(({ violations }) => violations)).toEqual([
    [expect.stringMatching(/connect/i)],
    [],
  ]);
  expect(results.at(1)?.orders).toBeGreaterThan(0);
  expect(events).toEqual([
    "seed 1 broken",
    "dead servers are gone",
    "seed 2 kept",
    "others are gone",
  ]);
  await rm(logsDirectory, { recursive: true });
});
